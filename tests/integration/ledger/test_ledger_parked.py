"""What a parked command asks of its job's run, and when it is left alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from integration.ledger.telling import answer, of_job, story
from pressroom_common.contracts import RunJob
from pressroom_common.ids import uuid7
from pressroom_gateway.ledger.parked import ParkedCommands
from pressroom_gateway.problems import Problem


def parked(replica: Replica) -> ParkedCommands:
    return ParkedCommands(replica.jobs, replica.outbox, replica.control, "gateway-1")


async def published(books: Books, replica: Replica) -> RunJob:
    """The command of a new job, which is out."""
    made = await replica.submit(books.tenant)
    [command] = replica.sent(made.id)
    return command


async def test_the_run_of_the_latest_publication_is_asked_for_its_end(books: Books) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        before = await books.job(command.job_id)
        await parked(replica).end_job(command)
        [directive] = replica.cancels(command.job_id)
        assert (directive.attempt, directive.dispatch, directive.reason) == (1, 1, "parked")
        assert (directive.tenant_id, directive.kind) == (books.tenant, command.kind)
        assert await books.job(command.job_id) == before  # the ledger keeps nothing of it


@pytest.mark.parametrize(
    "other",
    [{"dispatch": 2}, {"attempt": 2}, {"attempt": 0}, {"tenant_id": uuid7()}, {"job_id": uuid7()}],
    ids=lambda other: next(iter(other)),
)
async def test_another_publication_than_the_latest_ends_nothing(books: Books, other: dict[str, Any]) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        await parked(replica).end_job(replace(command, **other))
        assert replica.commands.cancels == []


async def test_a_job_that_is_over_is_left_alone(books: Books) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        await replica.ledger.fold(of_job(story("completed"), await books.job(command.job_id)))
        await parked(replica).end_job(command)
        assert replica.cancels(command.job_id) == []


async def test_a_cancel_that_was_asked_for_goes_before(books: Books) -> None:
    """Else the job would fail that somebody cancelled."""
    async with books.replica() as replica:
        command = await published(books, replica)
        await replica.control.cancel(books.tenant, command.job_id)
        await parked(replica).end_job(command)
        assert [directive.reason for directive in replica.cancels(command.job_id)] == ["request"]


async def test_a_broker_that_is_away_is_left_to_healing(books: Books) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        replica.commands.away = True
        await parked(replica).end_job(command)
        assert replica.cancels(command.job_id) == []


async def test_a_command_is_not_replayed_past_the_ledger(books: Books) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        said = []
        for job_id in (command.job_id, uuid7()):
            with pytest.raises(Problem) as problem:
                await parked(replica).replay(books.tenant, job_id)
            said.append((problem.value.status, problem.value.code, problem.value.detail))
        await replica.ledger.fold(of_job(story("completed"), await books.job(command.job_id)))
        with pytest.raises(Problem, match="is completed"):
            await parked(replica).replay(books.tenant, command.job_id)
    assert [each[:2] for each in said] == [(409, "conflict")] * 2
    assert "is pending: it needs no replay" in said[0][2]
    assert "does not know the job" in said[1][2]


async def test_a_replayed_command_is_a_retry_by_hand_of_its_job(books: Books) -> None:
    async with books.replica() as replica:
        command = await published(books, replica)
        ended = answer(await books.job(command.job_id), "cancelled", cancelled_by="parked")
        await replica.ledger.fold([ended])
        assert (await books.job(command.job_id)).status == "failed"
        await parked(replica).replay(books.tenant, command.job_id)
        await replica.dispatcher.sweep()
        assert [sent.attempt for sent in replica.sent(command.job_id)] == [1, 2]
