"""The run tables in PostgreSQL do what the model does, also when many do it at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from msgspec import Raw

from integration.protocol.operations import STEPS, Step, Twins
from integration.protocol.tables import RunsDatabase
from pressroom_common.contracts import Usage
from pressroom_common.ids import uuid7
from pressroom_common.worker.records import Bill, CallRecord, Cancellation, Claim, Fence, Outcome, RunRow
from protocol.profile import examples


def wish(job: UUID, attempt: int = 1) -> Claim:
    return Claim(
        job_id=job,
        tenant_id=UUID(int=99),
        kind="generation.prompt",
        attempt=attempt,
        dispatch=1,
        traceparent="",
        not_after=datetime.now(UTC) + timedelta(hours=24),
    )


async def held(database: RunsDatabase, jobs: list[UUID]) -> list[Fence]:
    """The jobs, claimed."""
    rows = await database.runs().claim([wish(job) for job in jobs])
    return [row.fence for row in rows if row is not None]


def record(fence: Fence) -> CallRecord:
    return CallRecord(
        id=uuid7(), job_id=fence.job_id, attempt=fence.attempt, claim=fence.claim, step="text", model="small"
    )


def paid(call: CallRecord, tokens: int = 7) -> Bill:
    return Bill(
        id=call.id, job_id=call.job_id, step=call.step, outcome="answered", usage=Usage(calls=1, output_tokens=tokens)
    )


def completed(fence: Fence) -> Outcome:
    return Outcome(
        job_id=fence.job_id, attempt=fence.attempt, claim=fence.claim, state="completed", result=Raw(b'"text"')
    )


@examples(300)
@given(steps=STEPS)
async def test_random_operations_give_the_rows_and_answers_of_the_model(
    runs_database: RunsDatabase, steps: list[Step]
) -> None:
    await runs_database.clear()
    twins = Twins(runs_database)
    for step in steps:
        await twins.live(step)


async def test_of_eight_first_claims_at_once_one_wins(runs_database: RunsDatabase) -> None:
    for _ in range(20):
        job = uuid7()
        answers = await asyncio.gather(*(runs_database.runs(f"worker-{i}").claim([wish(job)]) for i in range(8)))
        [won] = [row for [row] in answers if row is not None]
        assert (won.claim, won.n, won.state) == (1, 1, "running")


async def test_of_eight_take_overs_at_once_one_wins(runs_database: RunsDatabase) -> None:
    for _ in range(20):
        job = uuid7()
        await held(runs_database, [job])
        await runs_database.lapse(job)
        answers = await asyncio.gather(*(runs_database.runs(f"worker-{i}").claim([wish(job)]) for i in range(8)))
        [won] = [row for [row] in answers if row is not None]
        assert (won.claim, won.n, won.state) == (2, 2, "running")


async def test_a_take_over_and_a_win_back_at_once_leave_one_holder(runs_database: RunsDatabase) -> None:
    for _ in range(20):
        [fence] = await held(runs_database, [uuid7()])
        await runs_database.lapse(fence.job_id)
        await runs_database.runs().sweep()
        await runs_database.lapse(fence.job_id)
        [row], (kept, _) = await asyncio.gather(
            runs_database.runs("other").claim([wish(fence.job_id)]), runs_database.runs().renew([fence])
        )
        assert (row is None) == (fence.job_id in kept)


async def test_of_a_conclusion_and_a_cancel_at_once_one_stands(runs_database: RunsDatabase) -> None:
    for _ in range(20):
        [fence] = await held(runs_database, [uuid7()])
        directive = Cancellation(
            job_id=fence.job_id,
            tenant_id=UUID(int=99),
            kind="generation.prompt",
            attempt=1,
            dispatch=1,
            traceparent="",
            reason="request",
        )
        [ended], [cancelled] = await asyncio.gather(
            runs_database.runs().conclude([(completed(fence), [])]), runs_database.runs().cancel([directive])
        )
        assert (ended is None) != (cancelled is None)


async def test_batches_over_the_same_rows_in_any_order_never_deadlock(runs_database: RunsDatabase) -> None:
    """They meet each other in every order; a deadlock would come out as Unavailable."""
    runs = runs_database.runs()
    for _ in range(15):
        fences = await held(runs_database, [uuid7() for _ in range(30)])
        calls = [record(fence) for fence in fences]
        await runs.record_calls(calls)
        back = list(reversed(fences))
        ends = [(completed(fence), [paid(call)]) for fence, call in zip(back, reversed(calls), strict=True)]
        for fence in fences[::3]:
            await runs_database.lapse(fence.job_id)
        await asyncio.gather(
            runs.renew(fences),
            runs.renew(back),
            runs.record_calls([record(fence) for fence in back]),
            runs.record_calls([record(fence) for fence in fences]),
            runs.bill([paid(call) for call in calls[:15]]),
            runs.conclude(ends[:20]),
            runs.sweep(),
            runs.claim([wish(fence.job_id) for fence in back]),
            runs.cancel([]),
        )


async def test_a_take_over_that_counts_lost_calls_and_a_late_bill_never_deadlock(runs_database: RunsDatabase) -> None:
    for _ in range(30):
        [fence] = await held(runs_database, [uuid7()])
        calls = [record(fence) for _ in range(20)]
        await runs_database.runs().record_calls(calls)
        await runs_database.lapse(fence.job_id)
        [row] = await runs_database.runs("other").claim([wish(fence.job_id)])
        assert row is not None
        await asyncio.gather(
            runs_database.runs("other").abandon_calls(row.fence),
            runs_database.runs().bill([paid(call) for call in reversed(calls)]),
        )
        [after] = await runs_database.runs().read([fence.job_id])
        assert after is not None
        assert after.usage["small"].calls == 20
        assert after.usage["small"].output_tokens == 140


async def test_late_bills_and_a_conclusion_at_once_sum_exactly(runs_database: RunsDatabase) -> None:
    runs = runs_database.runs()
    for _ in range(20):
        [fence] = await held(runs_database, [uuid7()])
        calls = [record(fence) for _ in range(8)]
        await runs.record_calls(calls)
        bills = [paid(call, tokens=place + 1) for place, call in enumerate(calls)]
        await asyncio.gather(runs.conclude([(completed(fence), bills[:4])]), *(runs.bill([bill]) for bill in bills[2:]))
        [row] = await runs.read([fence.job_id])
        assert row is not None
        assert row.usage == {"small": Usage(calls=8, output_tokens=36)}


async def test_an_abandoning_claim_that_lost_the_run_meanwhile_loses_no_cost(runs_database: RunsDatabase) -> None:
    """Its statement comes after the next claim's: the calls are left to that one."""
    [fence] = await held(runs_database, [uuid7()])
    await runs_database.runs().record_calls([record(fence)])
    fences = []
    for holder in ("second", "third"):
        await runs_database.lapse(fence.job_id)
        [row] = await runs_database.runs(holder).claim([wish(fence.job_id)])
        assert row is not None
        fences.append(row.fence)
    assert await runs_database.runs("second").abandon_calls(fences[0]) is None
    counted = await runs_database.runs("third").abandon_calls(fences[1])
    assert counted is not None
    assert counted.usage["small"].unknown_calls == 1


async def test_a_call_that_is_recorded_again_after_a_lost_answer_stands(runs_database: RunsDatabase) -> None:
    [fence] = await held(runs_database, [uuid7()])
    call = record(fence)
    assert await runs_database.runs().record_calls([call]) == [True]
    assert await runs_database.runs().record_calls([call]) == [True]
    [count] = await runs_database.rows("SELECT count(*) AS calls FROM calls WHERE job_id = :job", job=fence.job_id)
    assert count["calls"] == 1


async def test_two_claims_of_a_job_that_end_in_one_batch_each_get_their_own_answer(
    runs_database: RunsDatabase,
) -> None:
    [stale] = await held(runs_database, [uuid7()])
    await runs_database.lapse(stale.job_id)
    [row] = await runs_database.runs("other").claim([wish(stale.job_id)])
    assert row is not None
    refused, ended = await runs_database.runs().conclude([(completed(stale), []), (completed(row.fence), [])])
    assert refused is None
    assert isinstance(ended, RunRow)


async def test_usage_of_several_models_adds_field_by_field(runs_database: RunsDatabase) -> None:
    [row] = await runs_database.rows(
        """SELECT usage_add('{"a": {"calls": 1}, "b": {"calls": 2, "output_tokens": 9000000000}}', (
            SELECT usage_sum('{"b": {"output_tokens": 1}, "c": {"calls": 1}}') FROM generate_series(1, 3)
        )) = '{"a": {"calls": 1}, "b": {"calls": 2, "output_tokens": 9000000003}, "c": {"calls": 3}}' AS exact"""
    )
    assert row["exact"]
