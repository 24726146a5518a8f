"""What workers tell, folded in PostgreSQL by batches and by two gateways at once, gives the rows of the pure fold."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from integration.ledger.telling import of_job, story
from pressroom_common.contracts import Hold, Snapshot
from pressroom_gateway.ledger.fold import fold
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.placement import place_of
from pressroom_gateway.ledger.policy import Policy
from protocol.histories import histories
from protocol.profile import examples


def messages(told: Sequence[Snapshot], dice: random.Random) -> list[list[Snapshot]]:
    """As a broker may deliver them: repeated, in any order, some together in one message."""
    delivered = [*told, *dice.choices(told, k=len(told) // 2)]
    dice.shuffle(delivered)
    split: list[list[Snapshot]] = []
    while delivered:
        size = dice.randint(1, 4)
        split.append(delivered[:size])
        delivered = delivered[size:]
    return split


async def share(told: Sequence[list[Snapshot]], replicas: Sequence[Replica], dice: random.Random) -> None:
    """Each message to one replica or to both, all at once."""
    work = [replica.ledger.fold(message) for message in told for replica in dice.sample(replicas, dice.randint(1, 2))]
    await asyncio.gather(*work)


@pytest.fixture(scope="module")
async def gateways(books: Books) -> AsyncIterator[tuple[Replica, Replica]]:
    async with books.replica("gateway-1") as one, books.replica("gateway-2") as other:
        yield one, other


@examples(120)
@given(stories=st.lists(histories(attempts=2), min_size=1, max_size=3), seed=st.integers(0, 1000))
async def test_two_gateways_folding_at_once_give_the_rows_of_the_pure_fold(
    books: Books, gateways: tuple[Replica, Replica], stories: list[list[Snapshot]], seed: int
) -> None:
    dice = random.Random(seed)
    made = [await gateways[0].submit(books.tenant) for _ in stories]
    jobs = [await books.job(job.id) for job in made]
    told = [of_job(history, job) for history, job in zip(stories, jobs, strict=True)]
    await share(messages([snapshot for history in told for snapshot in history], dice), gateways, dice)
    for job, history in zip(jobs, told, strict=True):
        expected = job
        for snapshot in history:
            expected = fold(expected, snapshot, Policy(), snapshot.time)
        assert told_of(await books.job(job.id)) == told_of(expected)
        await books.check_log(job.id)
        assert (await books.job(job.id)).place == place_of(expected)


def told_of(job: Job) -> Job:
    """A job without what depends on when the ledger heard of it, or in which order; its result is in the row."""
    return replace(
        job,
        heard_at=None,
        due_at=None,
        place=place_of(job),
        version=0,
        steps=None,
        confirmed=False,
        publications=0,
        started_at=None,
        result=None,
    )


async def test_every_message_three_times_is_as_good_as_once(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        told = of_job(story("snoozed", "completed"), await books.job(made.id))
        await replica.ledger.fold(told)
        once, log = await books.job(made.id), await books.log(made.id)
        await asyncio.gather(*(replica.ledger.fold([snapshot]) for snapshot in told * 3))
        assert told_of(await books.job(made.id)) == told_of(once)
        assert await books.log(made.id) == log


async def test_the_result_of_a_completed_job_is_in_its_row(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.ledger.fold(of_job(story("completed"), await books.job(made.id)))
        view = await replica.jobs.get(books.tenant, made.id)
        assert view is not None
        assert (view.status, bytes(view.result or b"")) == ("completed", b'{"content":"text"}')


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param({"n": 2**31}, id="a number that the column does not take"),
        pytest.param({"usage": {"no\x00model": story("completed")[-1].usage}}, id="a name that jsonb does not take"),
    ],
)
async def test_of_a_batch_with_one_bad_snapshot_the_rest_stands_and_the_offender_alone_fails(
    books: Books, poison: dict[str, object]
) -> None:
    async with books.replica() as replica:
        made = [await replica.submit(books.tenant) for _ in range(9)]
        told = [of_job(story("completed"), await books.job(job.id)) for job in made]
        told[4] = [replace(told[4][-1], **poison)]
        ends = await asyncio.gather(*(replica.ledger.fold(message) for message in told), return_exceptions=True)
        assert [isinstance(end, Exception) for end in ends] == [place == 4 for place in range(9)]
        assert [(await books.job(job.id)).status for job in made] == [
            "pending" if place == 4 else "completed" for place in range(9)
        ]


async def test_a_snapshot_of_an_unknown_job_is_passed_over(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        told = of_job(story("completed"), await books.job(made.id))
        await replica.ledger.fold(
            [*of_job(story("completed"), replace(await books.job(made.id), id=UUID(int=7))), *told]
        )
        assert (await books.job(made.id)).status == "completed"


async def test_folds_confirmations_and_heartbeats_over_the_same_jobs_never_deadlock(books: Books) -> None:
    """They meet in every order; a deadlock would come out as Unavailable."""
    async with books.replica("gateway-1") as one, books.replica("gateway-2") as other:
        for _ in range(8):
            made = await asyncio.gather(*(one.submit(books.tenant) for _ in range(60)))
            commands = [command for job in made for command in one.sent(job.id)]
            jobs = [await books.job(job.id) for job in made]
            started = [of_job(story("completed"), job)[0] for job in jobs]
            holds = [Hold(job_id=job.id, claim=1) for job in jobs]
            dice = random.Random(len(made))
            for batch in (commands, holds, started):
                dice.shuffle(batch)
            await asyncio.gather(
                one.jobs.confirm(commands),
                other.jobs.confirm(commands[::-1]),
                one.ledger.fold(started[::-1]),
                other.ledger.fold(started),
                one.jobs.heard(holds),
                other.jobs.heard(holds[::-1]),
                one.dispatcher.sweep(),
            )
