"""Decides whom an operator's order goes to, and says what will happen."""

from datetime import UTC, datetime
from typing import Any

import structlog

from pressroom_common.contracts import Control, DrainWorker, LogLevel, RestartWorker, SetLogLevel
from pressroom_common.ids import uuid7
from pressroom_common.reads import WorkerState, WorkerView
from pressroom_gateway.problems import Problem

from .contracts import Order, Ordered
from .ports import ControlPort, KnownWorkers

logger = structlog.get_logger()

_WITHOUT_HEARTBEATS = frozenset({"gateway", "monitor"})
"""Services whose processes the monitor does not know."""
_LIVE: frozenset[WorkerState] = frozenset({"alive", "draining"})
_DRAINS = "It takes no more jobs, finishes those that it has within its drain time, hands back the rest"


class WorkerControl:
    """Orders may be repeated. Each raises Problem where nobody alive is meant, and Unavailable as `control` does."""

    def __init__(self, known: KnownWorkers, control: ControlPort, source: str) -> None:
        """`source` is this process's name."""
        self._known = known
        self._control = control
        self._source = source

    async def drain(self, name: str) -> Ordered:
        worker = await self._one(name)
        detail = f"{_DRAINS}, and stays, `draining` and without jobs, until it is restarted."
        message = DrainWorker(worker=name, **self._envelope())
        return await self._give("drain", worker.service, (name,), message, detail)

    async def restart(self, name: str) -> Ordered:
        worker = await self._one(name)
        detail = f"{_DRAINS}, and ends with exit code 0: its supervisor starts it again."
        message = RestartWorker(worker=name, **self._envelope())
        return await self._give("restart", worker.service, (name,), message, detail)

    async def set_log_level(self, name: str, level: LogLevel) -> Ordered:
        worker = await self._one(name)
        message = SetLogLevel(worker=name, level=level, **self._envelope())
        return await self._give("log-level", worker.service, (name,), message, _logs(level))

    async def set_log_level_of_all(self, service: str, level: LogLevel) -> Ordered:
        """Of all processes that the service has now: of a worker service those that live, which the answer names."""
        message = SetLogLevel(level=level, **self._envelope())
        if service in _WITHOUT_HEARTBEATS:
            return await self._give("log-level", service, (), message, f"All processes of {service}: {_logs(level)}")
        names = tuple(worker.name for worker in await self._live() if worker.service == service)
        if not names:
            raise _nobody(f"No live worker belongs to the service `{service}`.")
        return await self._give("log-level", service, names, message, _logs(level))

    async def _one(self, name: str) -> WorkerView:
        for worker in await self._live():
            if worker.name == name:
                return worker
        raise _nobody(f"No live worker is called `{name}`.")

    async def _live(self) -> list[WorkerView]:
        return [worker for worker in (await self._known.workers()).items if worker.state in _LIVE]

    async def _give(
        self, order: Order, service: str, workers: tuple[str, ...], message: Control, detail: str
    ) -> Ordered:
        await self._control.tell(service, message)
        logger.info("an order was given", order=order, to=service, workers=workers)
        return Ordered(order=order, service=service, workers=workers, detail=detail)

    def _envelope(self) -> dict[str, Any]:
        return {"id": uuid7(), "source": self._source, "time": datetime.now(UTC)}


def _logs(level: LogLevel) -> str:
    return f"Log lines are written from `{level}` up. The next process under this name has the level of its settings."


def _nobody(detail: str) -> Problem:
    return Problem(404, "not_found", f"{detail} `GET /v1/admin/workers` shows who lives.")
