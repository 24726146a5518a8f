"""Jobs that wait for others, in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import Raw

from integration.ledger.books import Books, Replica, new_job
from integration.ledger.graphs import graph, made, new_batch
from integration.ledger.telling import answer
from pressroom_common.contracts import RunState
from pressroom_gateway.ledger.bulk import BulkControl
from pressroom_gateway.ledger.control import Wish
from pressroom_gateway.ledger.records import Dependency, JobFilter
from pressroom_gateway.ledger.wishes import try_again
from pressroom_gateway.problems import Problem


@pytest.fixture
async def gateway(books: Books) -> AsyncIterator[Replica]:
    async with books.replica() as replica:
        yield replica


async def end(books: Books, gateway: Replica, job_id: UUID, state: RunState = "completed", **facts: Any) -> None:
    """Its run ends; nothing that follows from it is done yet."""
    await gateway.ledger.fold([answer(await books.job(job_id), state, **facts)])


async def fail(books: Books, gateway: Replica, job_id: UUID) -> None:
    error = {"code": "provider_rejected", "detail": "No.", "error_class": "permanent"}
    job = await books.job(job_id)
    told = answer(job, "failed")
    assert told.error is not None
    await gateway.ledger.fold([answer(job, "failed", error=type(told.error)(**error))])  # type: ignore[arg-type]


async def statuses(books: Books, jobs: dict[str, Any]) -> dict[str, str]:
    return {name: (await books.job(job.id)).status for name, job in jobs.items()}


async def test_a_dependent_is_blocked_until_all_that_it_depends_on_is_completed(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "c": ["a", "b"]}))
    assert {name: job.status for name, job in jobs.items()} == {"a": "pending", "b": "pending", "c": "blocked"}
    assert gateway.sent(jobs["c"].id) == []
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    waiting = await books.job(jobs["c"].id)
    assert (waiting.status, waiting.waits_on, waiting.place) == ("blocked", 1, None)
    await end(books, gateway, jobs["b"].id)
    woken = gateway.woken
    assert woken > 0
    await gateway.dependents.settle_all()
    await gateway.dispatcher.sweep()
    released = await books.job(jobs["c"].id)
    assert (released.status, released.waits_on, released.place) == ("pending", 0, "taken")
    assert len(gateway.sent(jobs["c"].id)) == 1
    await books.check_log(jobs["c"].id)


async def test_the_end_of_a_job_that_nobody_needs_marks_nothing(books: Books, gateway: Replica) -> None:
    lone = await gateway.submit(books.tenant)
    await end(books, gateway, lone.id)
    assert await gateway.dependents.settle() is False


async def test_a_failure_ends_all_that_depends_on_it_by_their_policies(books: Books, gateway: Replica) -> None:
    batch = graph(books.tenant, {"a": [], "b": ["a"], "c": ["b"], "d": []}, b={"on_failure": "skip"})
    jobs = await made(gateway, batch)
    await fail(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"a": "failed", "b": "cancelled", "c": "failed", "d": "pending"}
    errors = [(await books.job(jobs[name].id)).error for name in "bc"]
    assert [error.code for error in errors if error] == ["dependency_skipped", "dependency_failed"]
    assert "job b, which was cancelled" in (errors[1].detail if errors[1] else "")


async def test_a_retry_of_what_failed_blocks_those_again_that_it_ended(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": ["a"], "c": ["b"]}))
    await fail(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    with pytest.raises(Problem, match="this one follows"):
        await gateway.control.try_again(books.tenant, jobs["c"].id)
    await gateway.control.try_again(books.tenant, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"a": "pending", "b": "blocked", "c": "blocked"}
    again = await books.job(jobs["b"].id)
    assert (again.attempt, again.attempt_base, again.error) == (2, 1, None)
    for name in "abc":
        await gateway.dispatcher.sweep()
        await end(books, gateway, jobs[name].id)
        await gateway.dependents.settle_all()
        await books.check_log(jobs[name].id)
    assert set((await statuses(books, jobs)).values()) == {"completed"}


async def test_retrying_a_whole_batch_retries_the_cause_and_the_rest_follows(books: Books, gateway: Replica) -> None:
    batch = graph(books.tenant, {"c": ["b"], "b": ["a"], "a": []})
    jobs = await made(gateway, batch)
    await fail(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await gateway.control.change_all([job.id for job in jobs.values()], try_again) == 1
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"c": "blocked", "b": "blocked", "a": "pending"}


async def test_a_pause_holds_what_was_released_and_a_resume_what_still_waits(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": ["a"], "c": ["a"]}))
    for name in "bc":
        assert (await gateway.control.pause(books.tenant, jobs[name].id, "key:x")).status == "blocked"
    assert (await gateway.control.resume(books.tenant, jobs["b"].id)).status == "blocked"
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"a": "completed", "b": "pending", "c": "blocked"}
    assert (await gateway.control.resume(books.tenant, jobs["c"].id)).status == "pending"


async def test_a_released_job_still_waits_for_its_time(books: Books, gateway: Replica) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": ["a"]}, b={"run_at": later}))
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"a": "completed", "b": "scheduled"}


async def test_a_cancelled_dependent_that_is_tried_again_is_looked_after_itself(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": ["a"]}))
    await gateway.control.cancel(books.tenant, jobs["b"].id)
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await statuses(books, jobs) == {"a": "completed", "b": "cancelled"}
    assert (await gateway.control.try_again(books.tenant, jobs["b"].id)).status == "blocked"
    await gateway.dependents.settle_all()
    assert (await statuses(books, jobs))["b"] == "pending"


async def test_of_two_gateways_the_later_sees_both_ends(books: Books, gateway: Replica) -> None:
    for _ in range(20):
        async with books.replica("gateway-2") as other:
            jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "c": ["a", "b"]}))

            async def ends(replica: Replica, job_id: UUID) -> None:
                await end(books, replica, job_id)
                await replica.dependents.settle_all()

            await asyncio.gather(ends(gateway, jobs["a"].id), ends(other, jobs["b"].id))
            assert (await statuses(books, jobs))["c"] == "pending"


async def test_what_others_made_comes_into_the_text_in_one_pass(books: Books, gateway: Replica) -> None:
    first, second = new_job(books.tenant, name="one", needed=True), new_job(books.tenant, name="two", needed=True)
    last = new_job(books.tenant, name="last", waits_on=2, input=Raw(b'{"prompt":"A <t1> B <t2> C <t1>"}'))
    edges = [
        Dependency(job_id=last.id, on_job_id=first.id, token="<t1>"),
        Dependency(job_id=last.id, on_job_id=second.id, token="<t2>"),
    ]
    await made(gateway, new_batch(books.tenant, [first, second, last], edges))
    for job, text in ((first, "x <t2> {{y}}"), (second, "z")):
        content = f'{{"content":"{text}","model":"m","finish_reason":"stop"}}'.encode()
        await end(books, gateway, job.id, result=Raw(content))
    await gateway.dependents.settle_all()
    await gateway.dispatcher.sweep()
    (command,) = gateway.sent(last.id)
    assert b"A x <t2> {{y}} B z C x <t2> {{y}}" in bytes(command.input)


async def test_a_text_that_gets_too_long_fails_its_job_and_is_never_made(books: Books, gateway: Replica) -> None:
    first = new_job(books.tenant, name="one", needed=True)
    prompt = '{"prompt":"' + "<t1>" * 1000 + '"}'
    last = new_job(books.tenant, name="last", waits_on=1, input=Raw(prompt.encode()))
    edge = Dependency(job_id=last.id, on_job_id=first.id, token="<t1>")
    await made(gateway, new_batch(books.tenant, [first, last], [edge]))
    content = '{"content":"' + "x" * 401 + '","model":"m","finish_reason":"stop"}'
    await end(books, gateway, first.id, result=Raw(content.encode()))
    await gateway.dependents.settle_all()
    job = await books.job(last.id)
    assert (job.status, job.error and job.error.code) == ("failed", "content_too_large")


async def test_why_names_what_it_depends_on(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "c": ["a", "b"]}))
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    found = await gateway.reader.why(books.tenant, jobs["c"].id)
    assert (found.reasons[0].code, found.reasons[0].detail) == ("dependency", "It depends on b.")


async def test_what_is_waited_for_is_not_deleted_before(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "c": ["a", "b"]}))
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await gateway.jobs.hide([jobs["a"].id]) == 0
    await end(books, gateway, jobs["b"].id)
    await gateway.dependents.settle_all()
    assert await gateway.jobs.hide([jobs["a"].id]) == 1


async def test_what_is_deleted_among_failed_ones_is_told_as_the_reason(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "d": ["a", "b"]}))
    for name in "ab":
        await fail(books, gateway, jobs[name].id)
        await gateway.dependents.settle_all()
    assert await gateway.jobs.hide([jobs["b"].id]) == 1
    await gateway.dependents.settle_all()
    await gateway.control.try_again(books.tenant, jobs["a"].id)
    await gateway.dispatcher.sweep()
    await end(books, gateway, jobs["a"].id)
    await gateway.dependents.settle_all()
    job = await books.job(jobs["d"].id)
    told = "It depends on the job b, which was deleted. Submit the job again."
    assert (job.status, job.error and job.error.detail) == ("failed", told)
    with pytest.raises(Problem, match="Submit the job again"):
        await gateway.control.try_again(books.tenant, job.id)


async def test_what_a_failed_dependent_may_need_again_is_not_deleted(books: Books, gateway: Replica) -> None:
    jobs = await made(gateway, graph(books.tenant, {"a": [], "b": [], "d": ["a", "b"]}))
    for name in "ab":
        await fail(books, gateway, jobs[name].id)
        await gateway.dependents.settle_all()
    await gateway.control.try_again(books.tenant, jobs["a"].id)
    await gateway.dependents.settle_all()
    assert await gateway.jobs.hide([jobs["b"].id]) == 0
    job = await books.job(jobs["d"].id)
    assert job.error is not None
    assert "job b, which failed" in job.error.detail


async def test_jobs_cancelled_by_filter_take_along_what_waits_for_them(
    books: Books, gateway: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"j{number:03d}" for number in range(250)]
    needs = {"a": [], **{name: ["a"] for name in names}, "z": names[-1:]}
    jobs = await made(gateway, graph(books.tenant, needs))
    await books.execute("UPDATE jobs SET out = false, place = 'wanted' WHERE id = :id", id=jobs["a"].id)
    change_all = gateway.control.change_all

    async def changing(ids: Sequence[UUID], wish: Wish) -> int:
        """Others look after what follows from each chunk before the next one."""
        changed = await change_all(ids, wish)
        await gateway.dependents.settle_all()
        return changed

    monkeypatch.setattr(gateway.control, "change_all", changing)
    done = await BulkControl(gateway.jobs, gateway.control).carry_out("cancel", JobFilter(tenant_id=books.tenant))
    assert (done.matched, done.done) == (252, 252)
    assert [(await books.job(job.id)).error for job in jobs.values()] == [None] * 252
    assert set((await statuses(books, jobs)).values()) == {"cancelled"}
