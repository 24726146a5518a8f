"""Lists of a tenant's jobs: whatever is asked for, and page by page, what a plain look over its jobs would find."""

import random
from collections.abc import AsyncIterator, Iterable
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from pressroom_common.contracts import JobStatus, Lane
from pressroom_common.ids import uuid7
from pressroom_gateway.ledger.records import JobView, ListQuery

STATUSES: tuple[JobStatus, ...] = ("pending", "processing", "completed", "failed")
LANES: tuple[Lane, ...] = ("high", "default")
KINDS = ("generation.prompt", "generation.article")


@pytest.fixture
async def replica(books: Books) -> AsyncIterator[Replica]:
    """With jobs of both tenants, of all statuses, lanes and kinds, in no order."""
    await books.clear()
    wishes = list(product((books.tenant, books.other_tenant), STATUSES, LANES, KINDS)) * 3
    random.Random(4).shuffle(wishes)
    async with books.replica() as replica:
        for tenant, status, lane, kind in wishes:
            made = await replica.submit(tenant, lane=lane, queue=f"generator.{lane}", kind=kind)
            await books.execute("UPDATE jobs SET status = :status WHERE id = :id", status=status, id=made.id)
        yield replica
    await books.clear()


def query(tenant: UUID, **wishes: Any) -> ListQuery:
    return replace(ListQuery(tenant_id=tenant, before=uuid7(), limit=1000), **wishes)


def looked_over(jobs: Iterable[JobView], **wishes: Any) -> list[UUID]:
    """The model: one job after the other."""
    statuses, lane, kind = wishes.get("statuses"), wishes.get("lane"), wishes.get("kind", "%")
    return [
        job.id
        for job in jobs
        if (statuses is None or job.status in statuses)
        and lane in {None, job.lane}
        and job.kind.startswith(kind.removesuffix("%"))
    ]


async def test_the_whole_list_is_newest_first_and_of_one_tenant(books: Books, replica: Replica) -> None:
    ids = [job.id for job in await replica.jobs.list(query(books.tenant))]
    others = {job.id for job in await replica.jobs.list(query(books.other_tenant))}
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), len(others), others & set(ids)) == (48, 48, set())


@pytest.mark.parametrize(
    "wishes",
    [
        {"statuses": ["failed"]},
        {"statuses": ["failed", "pending", "failed"]},
        {"statuses": ["cancelled"]},
        {"lane": "high"},
        {"kind": "generation.%"},
        {"kind": "generation.article", "statuses": ["completed", "processing"], "lane": "default"},
    ],
    ids=str,
)
async def test_filters_find_what_a_look_over_all_jobs_finds(
    books: Books, replica: Replica, wishes: dict[str, Any]
) -> None:
    everything = await replica.jobs.list(query(books.tenant))
    found = await replica.jobs.list(query(books.tenant, **wishes))
    assert [job.id for job in found] == looked_over(everything, **wishes)


async def test_pages_follow_each_other_without_gap_or_repetition(books: Books, replica: Replica) -> None:
    wishes: dict[str, Any] = {"statuses": ["failed", "completed"], "limit": 5}
    pages: list[UUID] = []
    before = uuid7()
    while page := await replica.jobs.list(query(books.tenant, before=before, **wishes)):
        pages += [job.id for job in page]
        before = pages[-1]
    assert pages == looked_over(await replica.jobs.list(query(books.tenant)), **wishes)


async def test_the_time_of_creation_bounds_a_list(books: Books, replica: Replica) -> None:
    everything = await replica.jobs.list(query(books.tenant))
    newest, oldest = everything[10].created_at, everything[30].created_at
    found = await replica.jobs.list(query(books.tenant, created_from=oldest, created_to=newest))
    assert [job.id for job in found] == [job.id for job in everything if oldest <= job.created_at < newest]
