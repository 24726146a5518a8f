"""What is due is sent once, and again only when it is due again: the table's times are those of `dispatch.due_at`."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from integration.ledger.books import Books, Replica
from integration.ledger.telling import heartbeat, of_job, story
from pressroom_common.contracts import Hold
from pressroom_gateway.ledger.dispatch import due_at
from pressroom_gateway.ledger.policy import Policy

POLICY = Policy()


async def check_due(books: Books, job_id: UUID) -> None:
    """The row says when the dispatcher must look at the job, as the pure function has it."""
    job, now = await books.job_and_clock(job_id)
    due = due_at(job, POLICY, now)
    assert job.due_at is not None
    assert due is not None
    assert abs((job.due_at - due).total_seconds()) < 0.5


async def confirmed(replica: Replica, job_id: UUID) -> None:
    """The broker confirmed what was published last."""
    await replica.jobs.confirm(replica.sent(job_id)[-1:])


async def test_two_dispatchers_side_by_side_send_each_job_once(books: Books) -> None:
    async with books.replica("gateway-1", batch=20) as one, books.replica("gateway-2", batch=20) as other:
        made = [await one.submit(books.tenant, run_at=datetime.now(UTC) + timedelta(hours=1)) for _ in range(200)]
        assert {job.status for job in made} == {"scheduled"}
        for job in made:
            await books.shift(job.id, 3700)
        await asyncio.gather(one.dispatcher.sweep(), other.dispatcher.sweep(), one.dispatcher.sweep())
        mine = {job.id for job in made}
        sent = Counter(c.job_id for replica in (one, other) for c in replica.commands.runs if c.job_id in mine)
        assert sent == dict.fromkeys(mine, 1)


async def test_a_new_job_is_published_at_once_and_due_if_nobody_confirms(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        assert [command.dispatch for command in replica.sent(made.id)] == [1]
        await check_due(books, made.id)
        job = await books.job(made.id)
        assert (job.out, job.dispatch, job.confirmed, job.publications) == (True, 1, False, 1)


@pytest.mark.parametrize(("hours", "status", "dispatch"), [(1, "scheduled", 0), (-1, "pending", 1)])
async def test_a_job_with_a_time_waits_for_it_unless_it_has_passed(
    books: Books, hours: int, status: str, dispatch: int
) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant, run_at=datetime.now(UTC) + timedelta(hours=hours))
        job = await books.job(made.id)
        assert (made.status, job.status, job.dispatch, job.out) == (status, status, dispatch, dispatch == 1)
        await check_due(books, made.id)


async def test_with_the_broker_away_a_job_is_taken_and_sent_later(books: Books) -> None:
    async with books.replica() as replica:
        replica.commands.away = True
        made = await replica.submit(books.tenant)
        await books.shift(made.id, POLICY.publish_wait + 1)
        await replica.dispatcher.sweep()
        assert (await books.job(made.id)).dispatch == 1
        replica.commands.away = False
        await replica.dispatcher.sweep()
        assert [command.dispatch for command in replica.sent(made.id)] == [2]


async def test_a_confirmed_command_that_nobody_claims_is_sent_again_at_growing_intervals(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        waits = []
        for _ in range(7):
            await confirmed(replica, made.id)
            await check_due(books, made.id)
            job = await books.job(made.id)
            assert job.confirmed
            assert job.due_at is not None
            assert job.published_at is not None
            waits.append((job.due_at - job.published_at).total_seconds())
            await books.shift(made.id, waits[-1] + 1)
            await replica.dispatcher.sweep()
        assert waits == [60, 120, 240, 480, 900, 900, 900]


async def test_a_confirmation_of_an_earlier_publication_changes_nothing(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        [first] = replica.sent(made.id)
        await books.shift(made.id, POLICY.publish_wait + 1)
        await replica.dispatcher.sweep()
        await replica.jobs.confirm([first])
        assert not (await books.job(made.id)).confirmed


async def test_a_late_confirmation_does_not_put_off_a_job_whose_run_was_handed_back(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.ledger.fold(of_job(story("orphaned"), await books.job(made.id)))
        assert replica.woken == 1
        await confirmed(replica, made.id)
        await check_due(books, made.id)
        await replica.dispatcher.sweep()
        assert [command.dispatch for command in replica.sent(made.id)] == [1, 2]


async def test_a_snoozed_job_is_sent_when_its_time_has_come(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        told = of_job(story("snoozed"), await books.job(made.id))
        await replica.ledger.fold(told)
        job = await books.job(made.id)
        assert (job.status, job.out, job.run_at, job.due_at) == ("scheduled", True, told[-1].not_before, job.run_at)


async def test_a_failed_job_is_tried_again_at_its_time_under_the_next_attempt(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        told = of_job(story("failed"), await books.job(made.id))
        await replica.ledger.fold(told)
        job = await books.job(made.id)
        assert (job.status, job.attempt, job.out) == ("retrying", 2, False)
        assert job.run_at == told[-1].time + POLICY.back_off(job.id, 1)
        assert job.due_at == job.run_at


async def test_a_running_job_that_no_heartbeat_names_is_asked_after_and_stays_processing(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.ledger.fold(of_job(story("completed"), await books.job(made.id))[:1])
        await replica.jobs.heard([Hold(job_id=made.id, claim=1)])
        await check_due(books, made.id)
        await books.shift(made.id, POLICY.silence + 1)
        await replica.dispatcher.sweep()  # no heartbeat came at all: silence proves nothing
        assert (await books.job(made.id)).dispatch == 1
        await replica.ledger.heard(heartbeat())
        await replica.dispatcher.sweep()
        job = await books.job(made.id)
        assert (job.status, job.dispatch) == ("processing", 2)


async def test_a_heartbeat_of_an_earlier_claim_says_nothing(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.ledger.fold(of_job(story("orphaned", "completed"), await books.job(made.id))[2:3])
        before = await books.job(made.id)
        assert before.claim == 2
        await replica.jobs.heard([Hold(job_id=made.id, claim=1)])
        assert (await books.job(made.id)).heard_at == before.heard_at


async def test_a_cancel_of_what_is_not_out_ends_it_at_once(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant, run_at=datetime.now(UTC) + timedelta(hours=1))
        job = await replica.control.cancel(books.tenant, made.id)
        assert (job.status, (await books.job(made.id)).status) == ("cancelled", "cancelled")
        assert replica.cancels(made.id) == []
        await books.check_log(made.id)


async def test_a_cancel_of_what_is_out_is_told_until_the_run_answers(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        assert (await replica.control.cancel(books.tenant, made.id)).status == "cancelling"
        assert (await replica.control.cancel(books.tenant, made.id)).status == "cancelling"
        for _ in range(3):
            await books.shift(made.id, 61)
            await replica.dispatcher.sweep()
        told = [(directive.reason, directive.attempt) for directive in replica.cancels(made.id)]
        assert told == [("request", 1)] * 4
        await books.check_log(made.id)


async def test_a_job_that_never_ran_within_a_day_fails_through_its_run(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await books.shift(made.id, 24 * 3600 + 1)
        await replica.dispatcher.sweep()
        job = await books.job(made.id)
        assert (job.status, job.cancel_requested) == ("cancelling", "deadline")
        assert [directive.reason for directive in replica.commands.cancels if directive.job_id == made.id] == [
            "deadline"
        ]
