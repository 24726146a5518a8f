"""Publishing behind the answer: nobody waits for it, and what fails the dispatcher publishes again."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import CancelJob, Lane, RunJob, Transition
from pressroom_common.errors import Unavailable

from .ports import Commands, Jobs

logger = structlog.get_logger()

_MOST_AT_A_TIME = 1000
_PACE = 0.25
"""Seconds between flushes of what nobody waits for; far below the time after which a publication is made again."""


class Outbox:
    def __init__(self, jobs: Jobs, commands: Commands) -> None:
        self._jobs = jobs
        self._commands = commands
        self._confirms: Batcher[RunJob, None] = Batcher(self._confirm, limit=500, pace=_PACE)
        self._log: Batcher[Transition, None] = Batcher(self._tell, limit=200, pace=_PACE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0

    @property
    def ready(self) -> bool:
        return self._commands.ready

    def publish_soon(self, commands: Sequence[tuple[RunJob, Lane]]) -> None:
        """Bounded: beyond the bound, and while the broker is away, they are left to the dispatcher."""
        if commands and self.ready and self._under_way < _MOST_AT_A_TIME:
            self._start(self.publish(commands))

    async def publish(self, commands: Sequence[tuple[RunJob, Lane]]) -> None:
        """All at once; returns when each was confirmed or given up."""
        self._under_way += len(commands)
        try:
            await asyncio.gather(*(self._publish(command, lane) for command, lane in commands))
        finally:
            self._under_way -= len(commands)

    async def cancel(self, directives: Sequence[CancelJob]) -> None:
        """What is lost is told again, and so is all that there is while the broker is away."""
        if not self.ready:
            return
        await asyncio.gather(*(self._cancel(directive) for directive in directives))

    def log_soon(self, transitions: Sequence[Transition]) -> None:
        """For the monitor's freshness alone: what is left out or lost, it pulls."""
        if self.ready and len(self._log) < _MOST_AT_A_TIME:
            for transition in transitions:
                self._log.put(transition)

    async def close(self) -> None:
        """Give what is under way a moment."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await self._confirms.close()
        await self._log.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, command: RunJob, lane: Lane) -> None:
        try:
            await self._commands.run(command, lane)
        except Unavailable as error:
            logger.warning("not confirmed: it is published again", job_id=str(command.job_id), reason=str(error))
        else:
            self._confirms.put(command)

    async def _cancel(self, directive: CancelJob) -> None:
        try:
            await self._commands.cancel(directive)
        except Unavailable as error:
            logger.warning(
                "a cancel was not confirmed: it is told again", job_id=str(directive.job_id), reason=str(error)
            )

    async def _confirm(self, commands: Sequence[RunJob]) -> list[None]:
        await self._jobs.confirm(commands)
        return [None] * len(commands)

    async def _tell(self, transitions: Sequence[Transition]) -> list[None]:
        await self._commands.log(transitions)
        return [None] * len(transitions)
