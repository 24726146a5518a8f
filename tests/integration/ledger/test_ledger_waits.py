"""How long a command may lie in a queue before it is sent again follows from how long others lay there."""

from datetime import timedelta

import pytest

from integration.ledger.books import Books, Replica
from integration.ledger.telling import answer
from pressroom_common.contracts import Lane
from pressroom_gateway.ledger.dispatch import due_at
from pressroom_gateway.ledger.job import Job

LOW = {"lane": "low", "queue": "generator.low"}


async def started(books: Books, replica: Replica, seconds: float) -> Job:
    """A job of the lane low whose command lay so long before a worker began it."""
    made = await replica.submit(books.tenant, **LOW)
    await books.shift(made.id, seconds)
    await replica.ledger.fold([answer(await books.job(made.id), "running")])
    return await books.job(made.id)


@pytest.mark.parametrize("lane", ["low", "high"])
async def test_a_confirmed_command_is_due_by_its_queues_wait_in_rows_as_in_decisions(books: Books, lane: Lane) -> None:
    async with books.replica() as replica:
        for _ in range(20):
            await started(books, replica, 400)
        policy = replica.ledger._policy
        expected = {"low": 2 * policy.waits.by_queue["generator.low"], "high": 60.0}[lane]
        assert policy.waits.by_queue["generator.low"] > 300
        made = await replica.submit(books.tenant, lane=lane, queue=f"generator.{lane}")
        await replica.jobs.confirm(replica.sent(made.id))
        job, now = await books.job_and_clock(made.id)
        assert job.published_at is not None
        assert job.due_at is not None
        assert (job.due_at - job.published_at).total_seconds() == pytest.approx(expected, abs=0.01)
        assert due_at(job, policy, now) == pytest.approx(job.due_at, abs=timedelta(seconds=0.01))


async def test_a_repeated_command_counts_from_its_first_publication(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant, **LOW)
        await books.shift(made.id, 100)
        await replica.dispatcher.sweep()
        job = await books.job(made.id)
        assert job.publications == 2
        await replica.ledger.fold([answer(job, "running")])
        assert 9.9 < replica.ledger._policy.waits.by_queue["generator.low"] < 11


async def test_only_the_first_start_of_a_job_tells_of_its_queue(books: Books) -> None:
    async with books.replica() as replica:
        job = await started(books, replica, 1)
        await replica.ledger.fold([answer(job, "orphaned")])
        await books.shift(job.id, 3000)
        await replica.ledger.fold([answer(await books.job(job.id), "running")])
        assert replica.ledger._policy.waits.by_queue["generator.low"] < 1
