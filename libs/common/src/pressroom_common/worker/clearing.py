"""Deletes what a service kept of forgotten runs outside its database: files, say."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from pressroom_common.errors import Refused, Unavailable

from .ports import Belongings

logger = structlog.get_logger()

PAGE = 100
"""Jobs between two strokes."""
_AT_A_TIME = 8
_FIRST = UUID(int=0)
Delete = Callable[[UUID], Awaitable[None]]


@dataclass(frozen=True)
class Keeping:
    """What a service keeps of its runs elsewhere."""

    kinds: frozenset[str]
    """Of the runs that may have something."""
    delete: Delete | None = None
    """All that is kept of a job. What is gone already is no error. Raises Unavailable, Refused.

    None: under these settings nobody knows where it is. It is noted, for those who do.
    """


NOTHING = Keeping(frozenset())


class Clearing:
    """A note stands until everything is deleted, so nothing is left for ever, whatever dies in between.

    Any number of processes do it side by side: twice deleted does no harm.
    """

    def __init__(self, notes: Belongings, keeping: Keeping) -> None:
        self._notes = notes
        self._keeping = keeping

    async def sweep(self) -> None:
        """All that is noted, once; what fails stays for the next time. Stops where nothing of a page can be deleted.

        Who cannot reach it now may have kept something under other settings: those notes stay, too.
        """
        after, delete = _FIRST, self._keeping.delete
        while delete is not None and (jobs := await self._notes.belongings(after, PAGE)):
            limit = asyncio.Semaphore(_AT_A_TIME)
            done = await asyncio.gather(*(_cleared(delete, job_id, limit) for job_id in jobs))
            cleared = [job_id for job_id, gone in zip(jobs, done, strict=True) if gone]
            if not cleared:
                return
            await self._notes.cleared(cleared)
            logger.info("what deleted jobs left was deleted", jobs=len(cleared))
            after = jobs[-1]


async def _cleared(delete: Delete, job_id: UUID, limit: asyncio.Semaphore) -> bool:
    try:
        async with limit:
            await delete(job_id)
    except (Unavailable, Refused) as error:
        logger.warning("what a deleted job left could not be deleted", job_id=str(job_id), reason=str(error))
        return False
    return True
