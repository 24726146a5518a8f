"""Jobs as the gateway's HTTP side hands them to the ledger, and large numbers of them that wait."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import Lane, lane_queue
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.topology import LANES
from pressroom_gateway.ledger.capacity import Limits, Windows
from pressroom_gateway.ledger.policy import Policy
from pressroom_gateway.ledger.records import NewJob
from pressroom_gateway.ledger.repository import PostgresJobs

BATCH = 200
"""Jobs that the gateway inserts in one statement at most."""
_PROMPT = Raw(b'{"prompt":"Write a product text for a steel water bottle, in the voice of a mountain guide."}')
_TRACEPARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"


def new_job(tenant: UUID, lane: Lane = "default", kind: str = "generation.prompt") -> NewJob:
    return NewJob(
        id=uuid7(),
        tenant_id=tenant,
        kind=kind,
        lane=lane,
        queue=lane_queue("generator", lane),
        execution_mode="async",
        input=_PROMPT,
        created_by="bench",
        model="",
        request_id=uuid7().hex,
        traceparent=_TRACEPARENT,
    )


async def insert_waiting(database: Database, count: int, batch_of: Callable[[int, int], Sequence[NewJob]]) -> None:
    """Through the ledger's own INSERT, with no place for any of them: they wait for a dispatcher.

    On two connections, so that PostgreSQL works while the next batch is put together. `batch_of` makes the jobs from
    one number up to another.
    """
    no_room = Windows(Limits(smallest_window=0, window_per_slot=0), [lane_queue("generator", lane) for lane in LANES])
    jobs = PostgresJobs(database, Policy(), no_room)
    begins = iter(range(0, count, BATCH))

    async def client() -> None:
        for begin in begins:
            await jobs.insert(batch_of(begin, min(begin + BATCH, count)))

    await asyncio.gather(client(), client())
