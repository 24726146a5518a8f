"""Gateways that look after jobs that wait for others: whatever is amiss with one, and however large they are."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from integration.ledger.books import Books, Replica
from integration.ledger.graphs import graph, made
from integration.ledger.test_ledger_dependencies import end, fail, statuses
from pressroom_common.contracts import PromptInput
from pressroom_gateway.ledger import budget
from pressroom_gateway.ledger.dependencies import LONGEST_TEXT
from pressroom_gateway.ledger.records import MadeJob, NewBatch

TOKEN = "<output 0123456789abcdef0123456789abcdef>"


@pytest.fixture
async def gateway(books: Books) -> AsyncIterator[Replica]:
    async with books.replica() as replica:
        yield replica


def prompt(text: str) -> dict[str, Raw]:
    return {"input": Raw(msgspec.json.encode({"prompt": text}))}


def content(text: str) -> Raw:
    return Raw(msgspec.json.encode({"content": text, "model": "m"}))


def with_tokens(batch: NewBatch) -> NewBatch:
    return replace(batch, dependencies=[replace(each, token=TOKEN) for each in batch.dependencies])


def fan(tenant: UUID, count: int, text: str) -> NewBatch:
    """A job, and so many that use what it makes."""
    names = [f"d{number}" for number in range(count)]
    return with_tokens(
        graph(tenant, {"a": [], **{name: ["a"] for name in names}}, **dict.fromkeys(names, prompt(text)))
    )


def prompts(replica: Replica, jobs: Mapping[str, MadeJob]) -> list[str]:
    """Of all that was sent."""
    wanted = {job.id for job in jobs.values()}
    sent = [command for command in replica.commands.runs if command.job_id in wanted]
    return [msgspec.json.decode(command.input, type=PromptInput).prompt for command in sent]


async def test_a_deleted_dependent_stays_as_it_is_when_what_it_depended_on_is_tried_again(
    books: Books, gateway: Replica
) -> None:
    batch = graph(books.tenant, {"a": [], "d": ["a"], "x": [], "y": ["x"]}, d=prompt(TOKEN))
    batch = replace(batch, dependencies=[replace(batch.dependencies[0], token=TOKEN), *batch.dependencies[1:]])
    jobs = await made(gateway, batch)
    await fail(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await gateway.jobs.hide([jobs["d"].id]) == 1
    await gateway.control.try_again(books.tenant, jobs["a"].id)
    await gateway.dependents.settle_all()
    await gateway.dispatcher.sweep()
    for name in "ax":
        await end(books, gateway, jobs[name].id, result=content("x"))
    await gateway.dependents.settle_all()
    assert await books.value("SELECT status FROM jobs WHERE id = :id", id=jobs["d"].id) == "failed"
    assert (await books.job(jobs["y"].id)).status == "pending"


async def test_of_many_only_the_one_that_cannot_be_settled_ends_with_an_error(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, fan(books.tenant, 9, f"Use {TOKEN}."))
    bad = jobs["d4"].id
    await books.execute("UPDATE jobs SET input = '{}' WHERE id = :id", id=bad)
    await end(books, gateway, jobs["a"].id, result=content("tea"))
    await gateway.dependents.settle_all()
    await gateway.dispatcher.sweep()
    assert set(prompts(gateway, jobs)) == {"Write.", "Use tea."}
    ended = await books.job(bad)
    assert (ended.status, ended.error and ended.error.code) == ("failed", "dependency_unreadable")
    await books.check_log(bad)
    others = {name: status for name, status in (await statuses(books, jobs)).items() if name not in {"a", "d4"}}
    assert set(others.values()) == {"pending"}
    assert await gateway.dependents.settle() is False


async def test_a_job_that_could_not_be_settled_can_be_tried_again(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, fan(books.tenant, 1, f"Use {TOKEN}."))
    await end(books, gateway, jobs["a"].id, result=Raw(b"{}"))
    await gateway.dependents.settle_all()
    assert (await books.job(jobs["d0"].id)).status == "failed"
    await books.execute(
        "UPDATE jobs SET result = CAST(CAST(:result AS text) AS json) WHERE id = :id",
        id=jobs["a"].id,
        result=bytes(content("tea")).decode(),
    )
    await gateway.control.try_again(books.tenant, jobs["d0"].id)
    await gateway.dependents.settle_all()
    await gateway.dispatcher.sweep()
    assert prompts(gateway, jobs) == ["Write.", "Use tea."]


async def test_a_transaction_carries_so_much_text_and_the_rest_follows(
    books: Books, gateway: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_BYTES", 5_000)
    carried: list[int] = []
    takes = budget.Budget.takes

    def taking(self: budget.Budget, size: int) -> bool:
        carried.append(size)
        return takes(self, size)

    monkeypatch.setattr(budget.Budget, "takes", taking)
    jobs = await made(gateway, fan(books.tenant, 20, f"{TOKEN}{TOKEN}"))
    await end(books, gateway, jobs["a"].id, result=content("茶" * 300))
    await gateway.dependents.settle_all()
    assert set(carried) == {1_800}
    assert len(carried) > 20 + 9
    await gateway.dispatcher.sweep()
    assert prompts(gateway, jobs)[1:] == ["茶" * 600] * 20


@pytest.mark.parametrize(("more", "status"), [(0, "pending"), (1, "failed")])
async def test_a_text_may_have_its_full_length_and_no_more(
    books: Books, gateway: Replica, more: int, status: str
) -> None:
    jobs = await made(gateway, fan(books.tenant, 1, TOKEN + "茶" * (LONGEST_TEXT - 5 + more)))
    await end(books, gateway, jobs["a"].id, result=content("\n茶三四五"))
    await gateway.dependents.settle_all()
    job = await books.job(jobs["d0"].id)
    assert (job.status, job.error and job.error.code) == (status, "content_too_large" if more else None)


async def test_what_changes_while_it_is_looked_after_is_looked_after_again(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "d": ["a"]}))
    await fail(books, gateway, jobs["a"].id)
    marks = await gateway.jobs.unsettled(200)
    await gateway.control.try_again(books.tenant, jobs["a"].id)
    await gateway.jobs.settled(marks)
    assert (await books.job(jobs["a"].id)).unsettled


async def test_large_inputs_leave_a_few_at_a_time(
    books: Books, gateway: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_BYTES", 5_000)
    rounds: list[int] = []
    publish = gateway.outbox.publish

    async def publishing(commands: Any) -> None:
        rounds.append(len(commands))
        await publish(commands)

    monkeypatch.setattr(gateway.outbox, "publish", publishing)
    await made(
        gateway,
        graph(
            books.tenant,
            {f"j{number}": [] for number in range(7)},
            **{f"j{number}": prompt("x" * 2_000) for number in range(7)},
        ),
    )
    await books.execute("UPDATE jobs SET out = false, place = 'wanted', dispatch = 0, due_at = created_at")
    rounds.clear()
    await gateway.dispatcher.sweep()
    assert [count for count in rounds if count] == [2, 2, 2, 1]
