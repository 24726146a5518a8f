"""Words of control, and restarts, with everything around the process made up."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from pressroom_common.contracts import Control, DrainWorker, ReleaseRun, RestartWorker, SetLogLevel
from pressroom_common.ids import uuid7
from pressroom_common.telemetry import Metrics, log_level
from pressroom_common.worker.control import Controls
from pressroom_common.worker.measures import WorkerMetrics
from pressroom_common.worker.memory import MemoryLimit, resident_bytes
from pressroom_common.worker.restart import Restart, RestartReason
from protocol.runs import EPOCH, RunTable
from unit.worker.workshop import JOB, Shop, Work, soon

MIB = 1024 * 1024
ENVELOPE: dict[str, Any] = {"id": uuid7(), "source": "gateway-1", "time": EPOCH}


@dataclass
class Process:
    """`generator-1`: what it was made to do, in order."""

    done: list[str] = field(default_factory=list)
    work: Work = field(default_factory=Work)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.shop = Shop(RunTable(), self.work)
        self.restart = Restart(WorkerMetrics(self.metrics), lambda: self.done.append("end"))
        self.controls = Controls("generator-1", self.shop.worker, lambda: self.done.append("drain"), self.restart)

    def restarts(self, reason: RestartReason) -> float | None:
        return self.metrics.registry.get_sample_value("pressroom_worker_restarts_total", {"reason": reason})


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """What is set is put back."""
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    yield
    logging.getLogger().setLevel(before)


def test_it_drains_when_it_is_told_to(process: Process) -> None:
    process.controls.obey(DrainWorker(**ENVELOPE, worker="generator-1"))
    assert process.done == ["drain"]


def test_it_ends_once_however_often_it_is_told_to_restart(process: Process) -> None:
    for _ in range(3):
        process.controls.obey(RestartWorker(**ENVELOPE, worker="generator-1"))
    assert process.done == ["end"]
    assert process.restarts("operator") == 1


def test_a_drained_process_still_restarts(process: Process) -> None:
    process.controls.obey(DrainWorker(**ENVELOPE, worker="generator-1"))
    process.controls.obey(RestartWorker(**ENVELOPE, worker="generator-1"))
    assert process.done == ["drain", "end"]


@pytest.mark.parametrize("name", ["generator-1", ""], ids=["by name", "all"])
def test_it_sets_its_log_level(process: Process, name: str) -> None:
    process.controls.obey(SetLogLevel(**ENVELOPE, level="debug", worker=name))
    assert log_level() == "debug"


@pytest.mark.parametrize(
    "word",
    [
        DrainWorker(**ENVELOPE, worker="generator-10"),
        RestartWorker(**ENVELOPE, worker="generator-10"),
        SetLogLevel(**ENVELOPE, worker="generator-10", level="error"),
    ],
    ids=lambda word: type(word).__name__,
)
def test_a_word_to_another_process_is_passed_over(process: Process, word: Control) -> None:
    process.controls.obey(word)
    assert (process.done, log_level()) == ([], "info")


async def test_a_run_that_was_ended_elsewhere_is_released(process: Process) -> None:
    task = process.shop.take()
    await process.work.reached.wait()
    await Shop(process.shop.table, Work(), "generator-2").worker.cancel(process.shop.directive())
    process.controls.obey(ReleaseRun(**ENVELOPE, job_id=JOB, attempt=1, claim=2))
    await soon(task)
    assert process.work.cut_off == 1


@pytest.mark.parametrize(
    ("limit", "resident", "ends"),
    [(100, 100 * MIB, False), (100, 100 * MIB + 1, True), (0, 100_000 * MIB, False)],
    ids=["at the limit", "past it", "off"],
)
def test_a_process_ends_past_its_memory_limit(process: Process, limit: int, resident: int, ends: bool) -> None:
    MemoryLimit(limit, process.restart).check(resident)
    assert process.done == (["end"] if ends else [])
    assert process.restarts("memory") == (1 if ends else None)


def test_past_its_limit_it_ends_once_however_often_it_looks(process: Process) -> None:
    limit = MemoryLimit(1, process.restart)
    for _ in range(3):
        limit.check(2 * MIB)
    assert (process.done, process.restarts("memory")) == (["end"], 1)


def test_who_is_restarting_already_is_not_restarted_for_its_memory(process: Process) -> None:
    process.restart.ask("operator")
    MemoryLimit(1, process.restart).check(2 * MIB)
    assert (process.done, process.restarts("memory")) == (["end"], None)


def test_resident_memory_is_in_bytes() -> None:
    assert 10 * MIB < resident_bytes() < 4096 * MIB
