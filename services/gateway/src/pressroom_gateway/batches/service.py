"""Batches as they stand, and what people ask of all their jobs."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from pressroom_common.contracts import Usage
from pressroom_gateway.ledger.control import JobControl, Wish
from pressroom_gateway.ledger.dispatch import request_cancel
from pressroom_gateway.ledger.reading import JobReader
from pressroom_gateway.ledger.records import JobView, ListQuery
from pressroom_gateway.ledger.wishes import try_again
from pressroom_gateway.problems import not_found

from .ports import Batches
from .records import Batch, Graph, Standing, StatusCount, standing

_CHUNK = 200
"""Jobs of one transaction."""
_OPEN = ("blocked", "scheduled", "pending", "processing", "retrying")
_KEY_LIFE = 24 * 3600.0
"""Seconds that an idempotency key is kept."""


class Done(NamedTuple):
    matched: int
    done: int


class BatchService:
    """Every method raises Problem 404 for a batch of another tenant, and Unavailable."""

    def __init__(self, batches: Batches, control: JobControl, reader: JobReader) -> None:
        self._batches = batches
        self._control = control
        self._reader = reader

    async def get(self, tenant_id: UUID, batch_id: UUID) -> Batch:
        found = await self._batches.get(tenant_id, batch_id)
        if found is None:
            raise not_found("batch")
        return found

    async def standing(self, batch: Batch) -> Standing:
        return (await self.standings([batch]))[batch.id]

    async def standings(self, batches: Sequence[Batch]) -> dict[UUID, Standing]:
        """In one query."""
        found: defaultdict[UUID, list[StatusCount]] = defaultdict(list)
        for each in await self._batches.counts([batch.id for batch in batches]) if batches else ():
            found[each.batch_id].append(each)
        return {batch.id: standing(batch.total, found[batch.id]) for batch in batches}

    async def usages(self, batch: Batch) -> Sequence[Usage]:
        return await self._batches.usages(batch.id)

    async def list(self, tenant_id: UUID, before: UUID, limit: int) -> Sequence[Batch]:
        return await self._batches.list(tenant_id, before, limit)

    async def jobs(self, query: ListQuery) -> Sequence[JobView]:
        """Of `query.batch_id`."""
        assert query.batch_id is not None
        await self.get(query.tenant_id, query.batch_id)
        return await self._reader.list(query)

    async def job_ids(self, batch_id: UUID) -> Sequence[UUID]:
        return await self._batches.jobs(batch_id)

    async def graph(self, tenant_id: UUID, batch_id: UUID) -> Graph:
        await self.get(tenant_id, batch_id)
        return await self._batches.graph(batch_id)

    async def cancel(self, tenant_id: UUID, batch_id: UUID) -> Done:
        """In one transaction: else those that wait for others would fail with them before it is their turn."""
        await self.get(tenant_id, batch_id)
        ids = await self._batches.jobs(batch_id, _OPEN)
        done = await self._control.change_all(ids, lambda job, now: request_cancel(job, "request", now)) if ids else 0
        return Done(len(ids), done)

    async def retry_failed(self, tenant_id: UUID, batch_id: UUID) -> Done:
        """What failed because of another one follows that one by itself."""
        await self.get(tenant_id, batch_id)
        ids = await self._batches.jobs(batch_id, ("failed",))
        return Done(len(ids), await self._change(ids, try_again))

    async def keep_house(self) -> None:
        """Forget old idempotency keys."""
        await self._batches.forget_keys(_KEY_LIFE)

    async def _change(self, ids: Sequence[UUID], wish: Wish) -> int:
        """Each chunk stands by itself."""
        chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
        return sum([await self._control.change_all(chunk, wish) for chunk in chunks])
