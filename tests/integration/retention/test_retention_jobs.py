"""Which jobs go, on a real PostgreSQL."""

import asyncio
from uuid import UUID

import pytest

from integration.ledger.books import Books, new_job
from integration.ledger.graphs import graph, made
from pressroom_gateway.retention.records import ForgottenRun
from pressroom_gateway.retention.repository import PostgresFinishedJobs
from pressroom_gateway.retention.service import COMMAND_LIFE

DAY = 86_400.0
KEPT = 30 * DAY

SET = """
UPDATE jobs SET status = :status, attempt = 2, n = 5, due_at = NULL,
    completed_at = now() - make_interval(secs => :ended),
    published_at = now() - make_interval(secs => :published)
WHERE id = :id
"""


async def aged(books: Books, status: str, ended: float | None, published: float | None) -> UUID:
    """A job that ended, and whose last command left, so many days ago."""
    async with books.replica() as replica:
        job = await replica.submit(books.tenant)
    seconds = {"ended": ended and ended * DAY, "published": published and published * DAY}
    await books.execute(SET, id=job.id, status=status, **seconds)
    return job.id


async def swept(books: Books) -> int:
    return await PostgresFinishedJobs(books.database).delete_old(KEPT, COMMAND_LIFE, 500)


async def is_there(books: Books, job_id: UUID) -> bool:
    return bool(await books.value("SELECT count(*) FROM jobs WHERE id = :id", id=job_id))


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_an_old_finished_job_goes_with_its_log_and_its_run_is_noted(books: Books, status: str) -> None:
    job_id = await aged(books, status, 31, 31)
    assert await swept(books) == 1
    assert not await is_there(books, job_id)
    assert await books.value("SELECT count(*) FROM job_log") == 0
    noted = await PostgresFinishedJobs(books.database).forgotten(10)
    assert noted == [ForgottenRun(job_id=job_id, kind="generation.prompt", attempt=2, n=5)]


@pytest.mark.parametrize(
    ("status", "ended", "published"),
    [
        ("completed", 29, 29),  # not old enough
        ("failed", 31, 1),  # a command of it may still be under way
        ("cancelled", 31, 24.9 / 24),
        ("pending", None, 31),
        ("processing", None, 31),
        ("scheduled", None, None),
        ("retrying", None, 31),
        ("cancelling", None, 31),
        ("blocked", None, 31),
        ("processing", 31, 31),  # tried again by hand: it ended before
    ],
)
async def test_what_may_not_go_stays(books: Books, status: str, ended: float | None, published: float | None) -> None:
    job_id = await aged(books, status, ended, published)
    assert await swept(books) == 0
    assert await is_there(books, job_id)
    assert await PostgresFinishedJobs(books.database).forgotten(10) == []


async def test_a_job_that_was_never_published_leaves_no_note(books: Books) -> None:
    job_id = await aged(books, "cancelled", 31, None)
    assert await swept(books) == 1
    assert not await is_there(books, job_id)
    assert await PostgresFinishedJobs(books.database).forgotten(10) == []


async def test_several_gateways_delete_each_job_once(books: Books) -> None:
    async with books.replica() as replica:
        await asyncio.gather(*(replica.ledger.submit(new_job(books.tenant)) for _ in range(1200)))
    old = {"seconds": 31 * DAY}
    await books.execute(
        "UPDATE jobs SET status = 'completed', due_at = NULL, completed_at = now() - make_interval(secs => :seconds), "
        "published_at = now() - make_interval(secs => :seconds)",
        **old,
    )
    counts = await asyncio.gather(*(swept(books) for _ in range(6)))
    assert sum(counts) + await swept(books) + await swept(books) == 1200
    assert max(counts) <= 500
    assert await books.value("SELECT count(*) FROM forgotten_runs") == 1200


async def test_a_job_that_somebody_works_on_is_passed_over(books: Books) -> None:
    job_id = await aged(books, "failed", 31, 31)
    async with books.session() as session, session.transaction():
        await session.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", job_id)
        assert await swept(books) == 0
    assert await swept(books) == 1


async def test_what_was_told_is_struck_off_and_nothing_else(books: Books) -> None:
    jobs = PostgresFinishedJobs(books.database)
    told, waiting = [await aged(books, "completed", 31, 31) for _ in range(2)]
    await swept(books)
    await asyncio.gather(jobs.told([told]), jobs.told([told]))
    assert [run.job_id for run in await jobs.forgotten(10)] == [waiting]


async def test_a_batch_goes_with_the_last_of_its_jobs(books: Books) -> None:
    async with books.replica() as replica:
        jobs = await made(replica, graph(books.tenant, {"a": [], "b": []}))
    finished = PostgresFinishedJobs(books.database)
    for name, left in (("a", 1), ("b", 0)):
        await books.execute(SET, id=jobs[name].id, status="completed", ended=31 * DAY, published=31 * DAY)
        assert await swept(books) == 1
        await finished.delete_empty_batches()
        assert await books.value("SELECT count(*) FROM batches") == left


async def test_what_others_still_wait_for_stays_however_old_it_is(books: Books) -> None:
    async with books.replica() as replica:
        jobs = await made(replica, graph(books.tenant, {"a": [], "b": ["a"]}))
        await books.execute(SET, id=jobs["a"].id, status="completed", ended=31 * DAY, published=31 * DAY)
        assert await swept(books) == 0
        await replica.control.cancel(books.tenant, jobs["b"].id)
        assert await swept(books) == 1
