"""structlog, one JSON object a line on stderr; the libraries' own loggers go the same way."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

import structlog

from pressroom_common.contracts import SetLogLevel

logger = structlog.get_logger()

_LEVELS = logging.getLevelNamesMapping()
_SECRET = ("password", "secret", "authorization", "api_key", "token")


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Last line of defence: what is called a secret is never written."""
    for key in event:
        if key.lower().endswith(_SECRET):
            event[key] = "[redacted]"
    return event


def _from_level_up(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog's own filter is fixed at a logger's first use; the root logger's level can be moved."""
    if not logging.getLogger().isEnabledFor(_LEVELS[method.upper()]):
        raise structlog.DropEvent
    return event


def log_level() -> str:
    """The level from which lines are written: `info`."""
    return logging.getLevelName(logging.getLogger().level).lower()


def set_log_level(level: str) -> None:
    """From now on write lines from this level up, until it is set again or the process ends."""
    logging.getLogger().setLevel(level.upper())


def obey_log_level(word: SetLogLevel, process: str) -> None:
    """A word to every process of the service, or to the one of this name; that to another one is passed over."""
    if word.worker in {"", process}:
        set_log_level(word.level)
        logger.warning("the log level was set", level=word.level, by=word.source)


def configure_logs(level: str, service: str, worker: str) -> None:
    """Once a process; every line names the service and the process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("aio_pika", "aiormq", "uvicorn.access", "alembic", "httpx2", "faststream"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[_from_level_up, *shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, process=worker)


def bind_job(job_id: UUID, tenant_id: UUID, traceparent: str) -> None:
    """From here on, lines of this task name the job, the tenant and the trace."""
    structlog.contextvars.bind_contextvars(
        job_id=str(job_id), tenant_id=str(tenant_id), trace_id=traceparent.split("-")[1] if traceparent else ""
    )
