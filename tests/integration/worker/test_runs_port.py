"""What every adapter of the run tables must do: the fake of the worker's tests, and PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import Raw

from integration.protocol.tables import CAP
from integration.worker.desks import RunsDesk
from pressroom_common.contracts import CancelReason, RunState, Usage
from pressroom_common.ids import uuid7
from pressroom_common.worker.records import (
    Bill,
    CallOutcome,
    CallRecord,
    Cancellation,
    Checkpoint,
    Claim,
    Outcome,
    RunRow,
)
from protocol.runs import broken

JOB = UUID(int=1)
TENANT = UUID(int=2)
PAID = Usage(calls=1, input_tokens=3, output_tokens=5)


def wish(desk: RunsDesk, **changes: Any) -> Claim:
    fields = {
        "job_id": JOB,
        "tenant_id": TENANT,
        "kind": "generation.prompt",
        "attempt": 1,
        "dispatch": 1,
        "traceparent": "trace",
        "not_after": desk.now() + timedelta(hours=24),
    }
    return Claim(**{**fields, **changes})


async def taken(desk: RunsDesk, holder: str = "generator-1", **changes: Any) -> RunRow:
    [row] = await desk.runs(holder).claim([wish(desk, **changes)])
    assert row is not None
    return row


def ending(row: RunRow, state: RunState, **fields: Any) -> Outcome:
    return Outcome(job_id=row.job_id, attempt=row.attempt, claim=row.claim, state=state, **fields)


async def ended(desk: RunsDesk, row: RunRow, state: RunState, *bills: Bill, **fields: Any) -> RunRow | None:
    [after] = await desk.runs().conclude([(ending(row, state, **fields), bills)])
    return after


def directive(reason: CancelReason = "request", attempt: int = 1) -> Cancellation:
    return Cancellation(
        job_id=JOB,
        tenant_id=TENANT,
        kind="generation.prompt",
        attempt=attempt,
        dispatch=7,
        traceparent="",
        reason=reason,
    )


async def recorded(desk: RunsDesk, row: RunRow, model: str = "small") -> CallRecord:
    call = CallRecord(id=uuid7(), job_id=JOB, attempt=row.attempt, claim=row.claim, step="text", model=model)
    assert await desk.runs().record_calls([call]) == [True]
    return call


def bill(call: CallRecord, outcome: CallOutcome = "answered", usage: Usage = PAID) -> Bill:
    return Bill(id=call.id, job_id=call.job_id, step=call.step, outcome=outcome, usage=usage)


async def now_is(desk: RunsDesk) -> RunRow:
    [row] = await desk.runs().read([JOB])
    assert row is not None
    return row


async def test_a_first_claim_begins_the_run(desk: RunsDesk) -> None:
    row = await taken(desk, dispatch=4)
    assert (row.attempt, row.claim, row.n, row.dispatch, row.state) == (1, 1, 1, 4, "running")
    assert (row.holder, row.traceparent, row.usage, row.result, row.error) == ("generator-1", "trace", {}, None, None)
    assert row.started_at is not None
    assert await now_is(desk) == row


async def test_a_live_lease_is_never_taken(desk: RunsDesk) -> None:
    await taken(desk)
    assert await desk.runs("generator-2").claim([wish(desk, dispatch=2)]) == [None]
    assert await desk.runs().claim([wish(desk, dispatch=3)]) == [None]


async def test_a_lease_that_lapsed_may_be_taken_over(desk: RunsDesk) -> None:
    first = await taken(desk)
    await desk.lapse(JOB)
    row = await taken(desk, "generator-2", dispatch=2)
    assert (row.claim, row.n, row.holder, row.dispatch, row.started_at) == (2, 2, "generator-2", 2, first.started_at)


async def test_a_finished_attempt_is_never_claimed_again(desk: RunsDesk) -> None:
    await ended(desk, await taken(desk), "completed", result=Raw(b'"text"'))
    await desk.lapse(JOB)
    assert await desk.runs().claim([wish(desk)]) == [None]


async def test_a_higher_attempt_begins_anew_and_a_lower_one_never(desk: RunsDesk) -> None:
    await ended(desk, await taken(desk), "failed", error=broken())
    row = await taken(desk, attempt=2)
    assert (row.attempt, row.claim, row.n, row.state, row.error, row.ended_at) == (2, 2, 3, "running", None, None)
    await ended(desk, row, "failed", error=broken())
    assert await desk.runs().claim([wish(desk, attempt=1)]) == [None]


async def test_a_command_that_is_too_old_begins_nothing(desk: RunsDesk) -> None:
    assert await desk.runs().claim([wish(desk, not_after=desk.now() - timedelta(seconds=1))]) == [None]
    assert await desk.runs().read([JOB]) == [None]


async def test_a_snoozed_run_sleeps_until_its_time_unless_somebody_names_its_n(desk: RunsDesk) -> None:
    snoozed = await ended(desk, await taken(desk), "snoozed", snooze_seconds=3600.0, error=broken())
    assert snoozed is not None
    assert await desk.runs().claim([wish(desk, force_n=snoozed.n - 1)]) == [None]
    forced = await taken(desk, force_n=snoozed.n)
    again = await ended(desk, forced, "snoozed", snooze_seconds=3600.0, error=broken())
    assert again is not None
    assert await desk.runs().claim([wish(desk, force_n=snoozed.n)]) == [None]
    await desk.wake(JOB)
    assert (await taken(desk)).not_before is None


async def test_of_several_wishes_for_a_job_one_is_granted(desk: RunsDesk) -> None:
    answers = await desk.runs().claim([wish(desk), wish(desk, attempt=2), wish(desk, attempt=2)])
    assert [row.attempt if row else None for row in answers] == [None, 2, None]


async def test_the_claims_of_an_attempt_are_capped(desk: RunsDesk) -> None:
    for _ in range(CAP):
        assert (await taken(desk)).state == "running"
        await desk.lapse(JOB)
    lost = await taken(desk)
    assert (lost.state, lost.claim) == ("failed", CAP + 1)
    assert lost.error is not None
    assert (lost.error.code, lost.error.error_class) == ("worker_lost", "permanent")
    assert (await taken(desk, attempt=2)).state == "running"


@pytest.mark.parametrize(("state", "more"), [("orphaned", {}), ("snoozed", {"snooze_seconds": 0.0})])
async def test_what_is_handed_back_counts_no_claim(desk: RunsDesk, state: RunState, more: dict[str, float]) -> None:
    for _ in range(CAP + 2):
        row = await taken(desk)
        assert row.state == "running"
        await ended(desk, row, state, **more)


async def test_who_lost_the_claim_writes_nothing(desk: RunsDesk) -> None:
    stale = await taken(desk)
    await desk.lapse(JOB)
    await taken(desk, "generator-2")
    runs = desk.runs()
    call = CallRecord(id=uuid7(), job_id=JOB, attempt=1, claim=stale.claim, step="text", model="small")
    step = Checkpoint(job_id=JOB, attempt=1, claim=stale.claim, name="text", result=Raw(b'"x"'), seconds=1.0)
    assert await runs.record_calls([call]) == [False]
    assert not await runs.checkpoint(step, [])
    assert await ended(desk, stale, "completed", result=Raw(b'"x"')) is None
    assert await runs.renew([stale.fence]) == (set(), [])
    assert await runs.steps(JOB) == {}
    assert (await now_is(desk)).n == 2


async def test_an_orphan_is_its_holders_until_somebody_takes_it(desk: RunsDesk) -> None:
    row = await taken(desk)
    await desk.lapse(JOB)
    [orphan] = await desk.runs("generator-2").sweep()
    assert (orphan.state, orphan.n, orphan.claim) == ("orphaned", 2, 1)
    assert [again.n for again in await desk.runs("generator-2").sweep()] == [2]
    kept, [back] = await desk.runs().renew([row.fence])
    assert kept == {JOB}
    assert (back.state, back.n, back.claim) == ("running", 3, 1)
    assert await desk.runs("generator-2").sweep() == []


async def test_a_renewal_that_changes_nothing_is_not_told(desk: RunsDesk) -> None:
    row = await taken(desk)
    assert await desk.runs().renew([row.fence]) == ({JOB}, [])
    assert (await now_is(desk)).snapshot() == row.snapshot()


async def test_a_fenced_write_renews_the_lease(desk: RunsDesk) -> None:
    row = await taken(desk)
    await desk.lapse(JOB)
    await recorded(desk, row)
    assert await desk.runs("generator-2").claim([wish(desk)]) == [None]


async def test_the_leases_of_a_dead_process_end_with_its_heir(desk: RunsDesk) -> None:
    await taken(desk)
    assert await desk.runs("generator-2").end_predecessor() == []
    [orphan] = await desk.runs().end_predecessor()
    assert orphan.state == "orphaned"
    assert (await taken(desk, "generator-2")).claim == 2


async def test_a_conclusion_settles_calls_and_brings_the_result(desk: RunsDesk) -> None:
    row = await taken(desk)
    first, second = await recorded(desk, row), await recorded(desk, row, "large")
    after = await ended(
        desk, row, "completed", bill(first), bill(second, "refused", Usage(calls=1)), result=Raw(b'"x"')
    )
    assert after is not None
    assert (after.state, after.n, bytes(after.result or b"")) == ("completed", 2, b'"x"')
    assert after.usage == {"small": PAID, "large": Usage(calls=1)}
    assert after.ended_at is not None
    assert await desk.runs().bill([bill(first)]) == []


async def test_steps_are_kept_once_and_outlive_attempts(desk: RunsDesk) -> None:
    row = await taken(desk)
    call = await recorded(desk, row)
    for result in (b'"first"', b'"second"'):
        step = Checkpoint(job_id=JOB, attempt=1, claim=1, name="text", result=Raw(result), seconds=1.0)
        assert await desk.runs().checkpoint(step, [bill(call)])
    await ended(desk, row, "failed", error=broken())
    await taken(desk, attempt=2)
    assert await desk.runs().steps(JOB) == {"text": b'"first"'}
    row = await now_is(desk)
    assert (row.usage, row.steps["text"].usage, row.steps["text"].attempt) == ({"small": PAID}, {"small": PAID}, 1)


async def test_a_part_that_failed_is_kept_as_one_with_its_reason(desk: RunsDesk) -> None:
    await taken(desk)
    error = broken()
    step = Checkpoint(job_id=JOB, attempt=1, claim=1, name="image.1", result=Raw(b"null"), seconds=1.0, error=error)
    assert await desk.runs().checkpoint(step, [])
    assert await desk.runs().steps(JOB) == {"image.1": b"null"}
    row = await now_is(desk)
    assert (row.steps["image.1"].state, row.steps["image.1"].error) == ("failed", error)


async def test_steps_that_are_to_be_done_again_are_forgotten_when_the_attempt_begins_and_only_then(
    desk: RunsDesk,
) -> None:
    row = await taken(desk)
    for name in ("headings", "section.1", "section.2", "sectional"):
        step = Checkpoint(job_id=JOB, attempt=1, claim=1, name=name, result=Raw(b"1"), seconds=1.0)
        assert await desk.runs().checkpoint(step, [])
    await ended(desk, row, "completed", result=Raw(b'"x"'))
    row = await taken(desk, attempt=2, redo=("section",))
    assert set(await desk.runs().steps(JOB)) == set(row.steps) == {"headings", "sectional"}
    again = Checkpoint(job_id=JOB, attempt=2, claim=row.claim, name="section.1", result=Raw(b"2"), seconds=1.0)
    assert await desk.runs().checkpoint(again, [])
    await desk.lapse(JOB)
    await taken(desk, "generator-2", attempt=2, redo=("section",))
    assert set(await desk.runs().steps(JOB)) == {"headings", "sectional", "section.1"}


async def test_the_open_calls_of_earlier_claims_are_counted_as_lost_once(desk: RunsDesk) -> None:
    call = await recorded(desk, await taken(desk))
    await desk.lapse(JOB)
    row = await taken(desk, "generator-2")
    counted = await desk.runs().abandon_calls(row.fence)
    assert counted is not None
    assert (counted.n, counted.usage) == (3, {"small": Usage(calls=1, unknown_calls=1)})
    assert await desk.runs().abandon_calls(row.fence) is None
    [corrected] = await desk.runs().bill([bill(call)])
    assert (corrected.n, corrected.usage["small"]) == (4, PAID)
    assert await desk.runs().bill([bill(call, "unknown", Usage(calls=1, unknown_calls=1))]) == []


async def test_a_cost_that_comes_late_is_a_new_n_in_the_same_state(desk: RunsDesk) -> None:
    row = await taken(desk)
    call = await recorded(desk, row)
    await desk.runs().cancel([directive()])
    [after] = await desk.runs().bill([bill(call)])
    assert (after.state, after.n, after.usage) == ("cancelled", 3, {"small": PAID})


@pytest.mark.parametrize(
    ("reason", "running", "snoozed", "orphaned", "finished", "absent", "lower"),
    [
        ("request", True, True, True, False, True, True),
        ("deadline", True, True, True, False, True, True),
        ("recall", False, True, True, False, True, True),
        ("parked", False, False, False, False, True, True),
    ],
)
async def test_what_a_cancel_may_end_depends_on_its_reason(
    desk: RunsDesk,
    reason: CancelReason,
    running: bool,
    snoozed: bool,
    orphaned: bool,
    finished: bool,
    absent: bool,
    lower: bool,
) -> None:
    states: list[tuple[RunState | None, int, bool]] = [
        ("running", 1, running),
        ("snoozed", 1, snoozed),
        ("orphaned", 1, orphaned),
        ("completed", 1, finished),
        (None, 1, absent),
        ("failed", 2, lower),
    ]
    for place, (state, attempt, ends) in enumerate(states):
        job = UUID(int=100 + place)
        if state is not None:
            row = await taken(desk, job_id=job)
            if state != "running":
                await ended(desk, row, state, snooze_seconds=3600.0 if state == "snoozed" else None)
        asked = directive(reason, attempt)
        [after] = await desk.runs().cancel(
            [Cancellation(**{name: getattr(asked, name) for name in asked.__struct_fields__} | {"job_id": job})]
        )
        assert (after is not None) == ends, state
        if after is not None:
            assert (after.state, after.attempt, after.cancelled_by) == ("cancelled", attempt, reason)


async def test_a_tombstone_keeps_its_command_out_and_a_higher_attempt_passes(desk: RunsDesk) -> None:
    [stone] = await desk.runs().cancel([directive()])
    assert stone is not None
    assert (stone.attempt, stone.claim, stone.n, stone.dispatch, stone.holder, stone.started_at) == (
        1,
        1,
        1,
        7,
        "",
        None,
    )
    assert await desk.runs().claim([wish(desk)]) == [None]
    assert (await taken(desk, attempt=2)).cancelled_by is None


async def test_a_cancel_of_an_attempt_that_never_ran_names_no_worker(desk: RunsDesk) -> None:
    await ended(desk, await taken(desk), "failed", error=broken())
    [stone] = await desk.runs().cancel([directive(attempt=2)])
    assert stone is not None
    assert (stone.attempt, stone.holder, stone.started_at, stone.error) == (2, "", None, None)


async def test_a_call_that_is_recorded_again_stands(desk: RunsDesk) -> None:
    call = await recorded(desk, await taken(desk))
    assert await desk.runs().record_calls([call]) == [True]


async def test_what_is_not_there_is_read_as_nothing_in_the_order_of_the_question(desk: RunsDesk) -> None:
    row = await taken(desk)
    assert await desk.runs().read([UUID(int=5), JOB, UUID(int=6), JOB]) == [None, row, None, row]
    await desk.runs().ping()
