"""What is logged can be changed while the process runs."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from pressroom_common.contracts import SetLogLevel
from pressroom_common.ids import uuid7
from pressroom_common.telemetry import configure_logs, log_level, obey_log_level, set_log_level


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Stderr of a process that has configured its logs at INFO; all is put back."""
    root, config = logging.getLogger(), structlog.get_config()
    level, handlers, root.handlers = root.level, root.handlers, []
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logs("INFO", "generator", "generator-1")
    yield stderr
    structlog.configure(**config)
    structlog.contextvars.clear_contextvars()
    root.handlers = handlers
    root.setLevel(level)


def events(written: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in written.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("debug", ["debug", "info", "warning", "error", "exception"]),
        ("info", ["info", "warning", "error", "exception"]),
        ("warning", ["warning", "error", "exception"]),
        ("error", ["error", "exception"]),
    ],
)
def test_lines_are_written_from_the_level_up_that_was_set_last(
    written: io.StringIO, level: str, heard: list[str]
) -> None:
    logger = structlog.get_logger()
    logger.info("before")  # now the logger is in use, and made for good
    set_log_level(level)
    for name in ("debug", "info", "warning", "error", "exception"):
        getattr(logger, name)(name)
    assert events(written) == ["before", *heard]
    assert log_level() == level


def test_the_libraries_own_loggers_follow(written: io.StringIO) -> None:
    library = logging.getLogger("a.library")
    library.debug("kept back")
    set_log_level("debug")
    library.debug("heard")
    assert events(written) == ["heard"]


@pytest.mark.parametrize(
    ("process", "level", "told"),
    [
        ("", "debug", ["the log level was set"]),
        ("generator-1", "debug", ["the log level was set"]),
        ("other", "info", []),
    ],
    ids=["all", "by name", "another"],
)
def test_a_word_to_all_or_to_this_process_sets_the_level_and_is_told(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, process: str, level: str, told: list[str]
) -> None:
    monkeypatch.setattr("pressroom_common.telemetry.logs.logger", structlog.get_logger())  # one that no test has used
    word = SetLogLevel(id=uuid7(), source="gateway-1", time=datetime.now(UTC), level="debug", worker=process)
    obey_log_level(word, "generator-1")
    assert (log_level(), events(written)) == (level, told)
