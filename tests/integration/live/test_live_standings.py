"""How jobs stand, read from PostgreSQL; and the ledger in memory of the unit tests, which answers the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import UUID

import pytest
from msgspec import Raw

from integration.ledger.books import Books, Replica, service_url
from integration.ledger.telling import answer
from pressroom_common.contracts import JobStatus, RunState
from pressroom_common.ids import uuid7
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.live.estimates import size_class
from pressroom_gateway.live.ports import Standings
from pressroom_gateway.live.records import Duration
from pressroom_gateway.live.repository import PostgresStandings
from pressroom_gateway.migrations import SCHEMA
from unit.live.desks import LedgerInMemory
from unit.live.watched import completed, standing

CONTENT = "Tea is 🍵"
RESULT = Raw(b'{"content":"Tea is \xf0\x9f\x8d\xb5","model":"a-model"}')
SIZES = (15, 16, 63, 64, 255, 256, 1023, 1024, 4095, 4096)
INPUT = Raw(b'{"prompt":"Write about \xf0\x9f\x8d\xb5"}')


@pytest.fixture(scope="module")
async def books(infrastructure: Infrastructure) -> AsyncIterator[Books]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "standings")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    opened = await Books.open(service_url(owner))
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def gateway(books: Books) -> AsyncIterator[Replica]:
    async with books.replica() as made:
        yield made


@pytest.fixture
async def replica(books: Books, gateway: Replica) -> Replica:
    """It has no jobs."""
    await books.clear()
    return gateway


class Shelf(Protocol):
    """Jobs of one tenant, and the port that tells of them."""

    @property
    def standings(self) -> Standings: ...

    async def add(self, status: JobStatus) -> UUID: ...

    async def delete(self, job_id: UUID) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.standings = self._ledger = LedgerInMemory()

    async def add(self, status: JobStatus) -> UUID:
        job_id = uuid7()
        told = completed(CONTENT, id=job_id) if status == "completed" else standing(status, id=job_id)
        return self._ledger.put(told).job.id

    async def delete(self, job_id: UUID) -> None:
        del self._ledger.jobs[job_id]


class OnPostgres:
    def __init__(self, books: Books, replica: Replica) -> None:
        self.standings = PostgresStandings(books.database)
        self._books = books
        self._replica = replica

    async def add(self, status: JobStatus) -> UUID:
        made = await self._replica.submit(self._books.tenant, input=INPUT)
        states: dict[JobStatus, tuple[RunState, ...]] = {
            "processing": ("running",),
            "completed": ("running", "completed"),
        }
        for state in states.get(status, ()):
            job = await self._books.job(made.id)
            facts = {"result": RESULT} if state == "completed" else {}
            await self._replica.ledger.fold([answer(job, state, **facts)])
        return made.id

    async def delete(self, job_id: UUID) -> None:
        await self._books.execute("UPDATE jobs SET deleted_at = now() WHERE id = :id", id=job_id)


@pytest.fixture(params=["in memory", "on PostgreSQL"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "in memory":
        return InMemory()
    return OnPostgres(request.getfixturevalue("books"), request.getfixturevalue("replica"))


@pytest.mark.parametrize("status", ["pending", "processing", "completed"])
async def test_a_job_is_shown_as_it_stands_and_with_its_result_once_there_is_one(
    shelf: Shelf, status: JobStatus
) -> None:
    job_id = await shelf.add(status)
    [found] = await shelf.standings.standings([job_id])
    assert (found.job.id, found.job.status, found.job.result is not None) == (job_id, status, status == "completed")
    assert await shelf.standings.versions([job_id]) == {job_id: found.version}


async def test_what_is_not_there_or_was_deleted_is_left_out(shelf: Shelf) -> None:
    kept, deleted = [await shelf.add("completed") for _ in range(2)]
    await shelf.delete(deleted)
    asked = [kept, deleted, uuid7()]
    assert [each.job.id for each in await shelf.standings.standings(asked)] == [kept]
    assert list(await shelf.standings.versions(asked)) == [kept]
    assert await shelf.standings.standings([]) == []


async def test_a_newer_version_is_of_a_higher_number(shelf: Shelf) -> None:
    ids = [await shelf.add(status) for status in ("pending", "processing", "completed")]
    versions = await shelf.standings.versions(ids)
    if isinstance(shelf, OnPostgres):
        assert [versions[job_id] for job_id in ids] == [1, 2, 3]
    assert versions.keys() == set(ids)


async def test_claim_tenant_and_size_are_the_jobs(books: Books, replica: Replica) -> None:
    shelf = OnPostgres(books, replica)
    [found] = await shelf.standings.standings([await shelf.add("completed")])
    assert (found.tenant_id, found.claim, found.n, found.input_size) == (books.tenant, 1, 2, len(bytes(INPUT)))
    assert found.job.result is not None
    assert bytes(found.job.result) == bytes(RESULT)


# How long jobs took


async def took(books: Books, replica: Replica, *seconds: float, model: str = "small", size: int = 100) -> list[UUID]:
    """Jobs that were completed just now, after so many seconds each."""
    ids: list[UUID] = []
    for each in seconds:
        made = await replica.submit(books.tenant, model=model, input=sized(size))
        ids.append(made.id)
        for state in ("running", "completed"):
            facts = {"result": RESULT} if state == "completed" else {}
            await replica.ledger.fold([answer(await books.job(made.id), state, **facts)])
        await books.execute(
            "UPDATE jobs SET started_at = completed_at - make_interval(secs => :seconds) WHERE id = :id",
            seconds=each,
            id=made.id,
        )
    return ids


def sized(size: int) -> Raw:
    """An input of so many bytes."""
    empty = b'{"prompt":""}'
    return Raw(b'{"prompt":"%b"}' % (b"x" * (size - len(empty))))


async def lately(books: Books) -> list[Duration]:
    return await PostgresStandings(books.database).durations()


async def test_durations_are_of_jobs_that_are_alike(books: Books, replica: Replica) -> None:
    await took(books, replica, 1, 2, 3, 4, 5)
    await took(books, replica, 10, 10, 10, 10, 10, model="large")
    found = {(each.model, each.size): (each.median, each.p90) for each in await lately(books)}
    size = size_class(100)
    assert found == {
        ("small", size): pytest.approx((3, 4.6)),
        ("small", None): pytest.approx((3, 4.6)),
        ("large", size): pytest.approx((10, 10)),
        ("large", None): pytest.approx((10, 10)),
        (None, None): pytest.approx((7.5, 10)),
    }


async def test_of_fewer_than_five_nothing_is_concluded(books: Books, replica: Replica) -> None:
    await took(books, replica, 1, 1, 1, 1)
    assert await lately(books) == []


async def test_second_tries_and_those_of_long_ago_do_not_count(books: Books, replica: Replica) -> None:
    second, old, *_ = await took(books, replica, 1, 1, 1, 1, 1)
    await books.execute("UPDATE jobs SET attempt = 2 WHERE id = :id", id=second)
    assert await lately(books) == []
    await books.execute("UPDATE jobs SET attempt_base = 1 WHERE id = :id", id=second)
    assert {each.median for each in await lately(books)} == {1}
    await books.execute("UPDATE jobs SET completed_at = completed_at - interval '2 days' WHERE id = :id", id=old)
    assert await lately(books) == []


async def test_the_database_sizes_inputs_as_the_estimates_do(books: Books, replica: Replica) -> None:
    for size in SIZES:
        [job_id, *_] = await took(books, replica, 5, 5, 5, 5, 5, model=f"of {size}", size=size)
        [told] = await PostgresStandings(books.database).standings([job_id])
        assert told.input_size == size
    found = [each for each in await lately(books) if each.size is not None]
    assert {each.model: each.size for each in found} == {f"of {size}": size_class(size) for size in SIZES}
