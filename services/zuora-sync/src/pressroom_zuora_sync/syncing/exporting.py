"""Exports in parallel, from the workflows that wait for one to their rows.

At most `most` of them are between Zuora and the database at a time: those are what a dead process fetched in vain.
Rows of those that come while a write is under way are written together.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from pressroom_common.batcher import Batcher
from pressroom_common.contracts import SyncFault
from pressroom_common.errors import SlowStatement
from pressroom_common.patience import patiently
from pressroom_common.worker import LostClaim, together
from pressroom_zuora_sync.exports import Malformed
from pressroom_zuora_sync.vault import Vault
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.ports import Zuora
from pressroom_zuora_sync.zuora.records import Exported

from .lookout import Lookout
from .measures import SyncMetrics
from .ports import EnvironmentGone, Syncs, Unstorable
from .preparing import prepared
from .progress import SyncProgress
from .records import Failure, Fence, Prepared, SyncRow, Waiting
from .troubles import Troubles
from .workshop import LARGE, Workshop

_SLOW_WRITES = 3
"""Of one export, that the database did not come to an end with: after those it is given up."""
_MOST_WRITTEN = 25
_AHEAD = 100
"""Workflows that wait for an export while the next page of the list is read: what is in the way neither stops."""
_MOST_HELD_BACK = 1000
Lost = LostClaim | EnvironmentGone | None
_MALFORMED = "What Zuora sent cannot be used: {}. What is stored of the workflow stays."


@dataclass(frozen=True)
class Tools:
    """What every sync of the process uses. `most`: exports of a sync at a time."""

    syncs: Syncs
    vault: Vault
    metrics: SyncMetrics
    workshop: Workshop
    most: int


class Exporting:
    """Of one sync."""

    def __init__(self, tools: Tools, zuora: Zuora, sync: SyncRow, progress: SyncProgress, troubles: Troubles) -> None:
        self._tools = tools
        self._zuora = zuora
        self._sync = sync
        self._progress = progress
        self._troubles = troubles
        self._lookout = Lookout(zuora, troubles)
        self._held_back: list[Failure] = []
        self._writes: Batcher[Prepared, Lost] = Batcher(self._write, limit=_MOST_WRITTEN)
        self._failures: Batcher[Failure, Lost] = Batcher(self._fail, limit=_MOST_WRITTEN)

    async def export(self, source: AsyncIterator[Sequence[Waiting]]) -> None:
        """All that the source gives, as it gives them. Raises ZuoraError where that is the trouble of all."""
        queue: asyncio.Queue[Waiting | None] = asyncio.Queue(max(_AHEAD, self._tools.most))
        workers = [partial(self._work, queue)] * self._tools.most
        await together([partial(_fill, queue, source), *workers], self._tools.most + 1)
        if self._troubles.doubtful:
            tally = await patiently(lambda: self._tools.syncs.tally(self._fence, 0))
            self._troubles.over(tally.outcomes)
        await self._tell_held_back()

    async def _work(self, queue: "asyncio.Queue[Waiting | None]") -> None:
        while (waiting := await queue.get()) is not None:
            await self._one(waiting)
            self._progress.exported()
        queue.put_nowait(None)  # for the next worker: its place was just made

    async def _one(self, waiting: Waiting) -> None:
        listed = waiting.listed
        version = "latest" if listed.draft else None
        try:
            async with AsyncExitStack() as kept:  # so that large ones wait at Zuora, and not in memory
                await self._store(waiting, await self._zuora.export(listed.zuora_id, version, kept))
        except ZuoraError as error:
            await self._failed(waiting, error)
        except Malformed as error:
            await self._tell(waiting, "malformed", _MALFORMED.format(error))
        except Unstorable as error:
            await self._tell(waiting, "malformed", _MALFORMED.format(error))

    async def _store(self, waiting: Waiting, exported: Exported) -> None:
        """Raises Malformed and Unstorable."""
        self._troubles.answer()
        await self._tell_held_back()
        size = exported.size
        prepare = partial(prepared, waiting, exported, self._tools.vault, dry_run=self._sync.dry_run)
        del exported  # a large one goes once it is prepared
        row = await self._tools.workshop.made(size, prepare)
        del prepare
        write = partial(self._write_alone if size > LARGE else self._writes.submit, row)
        _check(await patiently(_giving_up(write)))

    async def _write_alone(self, row: Prepared) -> Lost:
        return await _lost(self._tools.syncs.write(self._fence, [row]))

    async def _failed(self, waiting: Waiting, error: ZuoraError) -> None:
        if error.code == "export_missing" and await self._is_gone(waiting):
            self._troubles.answer()
            await patiently(lambda: self._tools.syncs.withdraw(self._fence, waiting.listed.zuora_id))
            return
        self._troubles.failure(error)
        if self._troubles.hopeless:
            raise error
        await self._lookout.look()
        await self._tell(waiting, error.code, error.detail)

    async def _is_gone(self, waiting: Waiting) -> bool:
        """Whether the workflow itself, and not only its export, is missing by now."""
        try:
            return await self._zuora.workflow(waiting.listed.zuora_id) is None
        except ZuoraError as error:
            self._troubles.silence(error)
            return False

    async def _tell(self, waiting: Waiting, code: str, detail: str) -> None:
        listed = waiting.listed
        error = SyncFault(zuora_id=listed.zuora_id, name=listed.name, code=code, detail=detail)
        failure = Failure(zuora_id=listed.zuora_id, id=waiting.id, item=listed, error=error)
        self._held_back.append(failure)
        await self._tell_held_back()

    async def _tell_held_back(self) -> None:
        """Once it is known that they are not the trouble of all, or there are too many to keep in mind."""
        if not (self._held_back and (self._troubles.settled or len(self._held_back) >= _MOST_HELD_BACK)):
            return
        failures, self._held_back = self._held_back, []
        for failure in failures:
            self._tools.metrics.export_failed(failure.error.code)
        told = await asyncio.gather(*(patiently(partial(self._failures.submit, each)) for each in failures))
        for lost in told:
            _check(lost)

    @property
    def _fence(self) -> Fence:
        return self._sync.fence

    async def _write(self, batch: Sequence[Prepared]) -> list[Lost]:
        """Raises Unstorable for a batch that takes too long: then its halves are written, down to single exports."""
        try:
            return [await _lost(self._tools.syncs.write(self._fence, batch))] * len(batch)
        except SlowStatement:
            if len(batch) == 1:
                raise
            raise Unstorable("the database takes too long to store them") from None

    async def _fail(self, batch: Sequence[Failure]) -> list[Lost]:
        return [await _lost(self._tools.syncs.fail(self._fence, batch))] * len(batch)


async def _fill(queue: "asyncio.Queue[Waiting | None]", source: AsyncIterator[Sequence[Waiting]]) -> None:
    async for some in source:
        for waiting in some:
            await queue.put(waiting)
    await queue.put(None)


def _giving_up(write: Callable[[], Awaitable[Lost]]) -> Callable[[], Awaitable[Lost]]:
    """Raises Unstorable where one export takes too long again and again: its sync would wait for it without end."""
    slow = 0

    async def tried() -> Lost:
        nonlocal slow
        try:
            return await write()
        except SlowStatement:
            slow += 1
            if slow == _SLOW_WRITES:
                raise Unstorable("the database takes too long to store it") from None
            raise

    return tried


async def _lost(write: Awaitable[None]) -> Lost:
    """Why nothing was written, which is so for all of a batch."""
    try:
        await write
    except (LostClaim, EnvironmentGone) as error:
        return error
    return None


def _check(lost: Lost) -> None:
    if lost is not None:
        raise lost
