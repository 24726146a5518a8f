"""Windows, caps, keys and pauses: what goes out, in which order, and what `why` says of the rest."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from integration.ledger.books import Books, Replica
from integration.ledger.telling import answer, heartbeat
from pressroom_common.contracts import RunState
from pressroom_gateway.ledger.capacity import Limits
from pressroom_gateway.problems import Problem

NARROW = Limits(smallest_window=4, window_per_slot=1, tenant_share=0.5, tenant_jobs=3)
LATER = timedelta(hours=1)


async def told(replica: Replica, books: Books, job_id: UUID, state: RunState, **facts: Any) -> None:
    """The run of the job's attempt tells this."""
    await replica.ledger.fold([answer(await books.job(job_id), state, **facts)])


async def out(books: Books, *job_ids: UUID) -> list[bool]:
    return [(await books.job(job_id)).out for job_id in job_ids]


async def reasons(replica: Replica, tenant: UUID, job_id: UUID) -> list[str]:
    return [reason.code for reason in (await replica.reader.why(tenant, job_id)).reasons]


async def test_a_tenant_takes_half_a_window_and_the_rest_waits_for_its_own(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        mine = [await replica.submit(books.tenant) for _ in range(4)]
        other = await replica.submit(books.other_tenant)
        assert [job.out for job in (*mine, other)] == [True, True, False, False, True]
        assert await reasons(replica, books.tenant, mine[2].id) == ["tenant_cap", "no_worker"]
        await told(replica, books, mine[0].id, "completed")
        await replica.dispatcher.sweep()
        assert await out(books, *(job.id for job in mine[1:])) == [True, True, False]


async def test_the_window_grows_with_the_slots_of_living_workers(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        await replica.ledger.heard(heartbeat("generator-1", default=6))
        await replica.ledger.heard(heartbeat("generator-2", default=6))
        await replica.dispatcher.sweep()
        made = [await replica.submit(tenant) for _ in range(3) for tenant in (books.tenant, books.other_tenant)]
        assert all(job.out for job in made)
        await replica.ledger.heard(heartbeat("generator-2", stopped=True))
        await replica.dispatcher.sweep()
        assert not (await replica.submit(books.tenant)).out


async def test_whoever_has_the_fewest_jobs_out_is_next_whatever_waits_of_the_others(books: Books) -> None:
    async with books.replica(limits=Limits(smallest_window=4, tenant_share=1, tenant_jobs=9)) as replica:
        first = [await replica.submit(books.tenant) for _ in range(10)]
        late = await replica.submit(books.other_tenant)
        assert not late.out
        await told(replica, books, first[0].id, "completed")
        await replica.dispatcher.sweep()
        assert await out(books, late.id, first[4].id) == [True, False]


async def test_a_high_lane_has_places_of_its_own(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        low = [await replica.submit(books.tenant, lane="low", queue="generator.low") for _ in range(4)]
        high = await replica.submit(books.tenant, lane="high", queue="generator.high")
        assert [job.out for job in low] == [True, True, False, False]
        assert high.out


async def test_over_all_lanes_a_tenant_has_a_limit(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        for lane in ("low", "low", "high"):
            assert (await replica.submit(books.tenant, lane=lane, queue=f"generator.{lane}")).out
        waiting = await replica.submit(books.tenant)
        assert await reasons(replica, books.tenant, waiting.id) == ["tenant_limit", "no_worker"]


async def test_of_a_concurrency_key_one_runs_and_the_next_is_the_highest_lane(books: Books) -> None:
    async with books.replica() as replica:
        lanes = ("low", "default", "high")
        jobs = [
            await replica.submit(books.tenant, lane=lane, queue=f"generator.{lane}", concurrency_key="environment-1")
            for lane in lanes
        ]
        elsewhere = await replica.submit(books.other_tenant, concurrency_key="environment-1")
        await replica.dispatcher.sweep()
        assert await out(books, *(job.id for job in jobs), elsewhere.id) == [False, False, True, True]
        assert await reasons(replica, books.tenant, jobs[0].id) == ["concurrency_key", "no_worker"]
        before = replica.woken
        await told(replica, books, jobs[2].id, "completed")
        assert replica.woken == before + 1
        await replica.dispatcher.sweep()
        assert await out(books, jobs[0].id, jobs[1].id) == [False, True]


async def test_many_jobs_of_one_key_do_not_stand_before_others(books: Books) -> None:
    async with books.replica(limits=Limits(smallest_window=6, tenant_share=1), batch=5) as replica:
        for _ in range(40):
            await replica.submit(books.tenant, concurrency_key="one")
        made = await replica.submit(books.tenant, concurrency_key="another")
        await replica.dispatcher.sweep()
        assert await out(books, made.id) == [True]


@pytest.mark.parametrize("scope", ["lane", "kind", "tenant"])
async def test_what_is_held_waits_until_it_is_released(books: Books, scope: str) -> None:
    async with books.replica() as replica:
        name = {"lane": "default", "kind": "generation.prompt", "tenant": str(books.tenant)}[scope]
        await replica.places.hold(scope, name, "key:operator")  # type: ignore[arg-type]
        await replica.places.hold(scope, name, "key:another")  # type: ignore[arg-type]
        made = await replica.submit(books.tenant)
        await replica.dispatcher.sweep()
        found = (await replica.reader.why(books.tenant, made.id)).reasons[0]
        assert (made.out, found.code, found.detail, found.by) == (
            False,
            "paused",
            f"The {scope} is paused.",
            "key:operator",
        )
        assert not replica.ledger.backlog
        assert await replica.places.release(scope, name)  # type: ignore[arg-type]
        await replica.dispatcher.sweep()
        assert await out(books, made.id) == [True]


async def test_a_waiting_job_is_paused_at_once_and_keeps_its_turn(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        jobs = [await replica.submit(books.tenant) for _ in range(4)]
        paused = await replica.control.pause(books.tenant, jobs[2].id, "key:somebody")
        assert (paused.status, paused.held_by, paused.asked) == ("blocked", "key:somebody", False)
        assert await reasons(replica, books.tenant, jobs[2].id) == ["paused", "tenant_cap", "no_worker"]
        await told(replica, books, jobs[0].id, "completed")
        await replica.dispatcher.sweep()
        assert await out(books, jobs[2].id, jobs[3].id) == [False, True]
        assert (await replica.control.resume(books.tenant, jobs[2].id)).status == "pending"
        await told(replica, books, jobs[1].id, "completed")
        await replica.dispatcher.sweep()
        assert await out(books, jobs[2].id) == [True]
        await books.check_log(jobs[2].id)


async def test_a_published_job_is_recalled_to_pause_it(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        asked = await replica.control.pause(books.tenant, made.id, "key:somebody")
        assert (asked.status, asked.asked) == ("pending", True)
        assert [directive.reason for directive in replica.cancels(made.id)] == ["recall"]
        await told(replica, books, made.id, "cancelled", cancelled_by="recall")
        job = await books.job(made.id)
        assert (job.status, job.attempt, job.attempt_base, job.out) == ("blocked", 2, 1, False)
        await replica.control.resume(books.tenant, made.id)
        await replica.dispatcher.sweep()
        assert [command.attempt for command in replica.sent(made.id)] == [1, 2]


async def test_a_recall_is_repeated_until_it_is_answered(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.control.pause(books.tenant, made.id, "key:somebody")
        await books.shift(made.id, 6)
        await replica.dispatcher.sweep()
        assert [directive.reason for directive in replica.cancels(made.id)] == ["recall", "recall"]
        assert [command.dispatch for command in replica.sent(made.id)] == [1]


async def test_a_worker_that_was_faster_keeps_the_job_and_the_pause_is_dropped(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.control.pause(books.tenant, made.id, "key:somebody")
        await told(replica, books, made.id, "running")
        job = await books.job(made.id)
        assert (job.status, job.held_by, job.recall) == ("processing", None, False)
        with pytest.raises(Problem, match="A worker has the job") as refused:
            await replica.control.pause(books.tenant, made.id, "key:somebody")
        assert refused.value.code == "already_running"


async def test_a_cancel_of_a_job_that_is_being_recalled_wins(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.control.pause(books.tenant, made.id, "key:somebody")
        assert (await replica.control.cancel(books.tenant, made.id)).status == "cancelling"
        assert [directive.reason for directive in replica.cancels(made.id)] == ["recall", "request"]
        await told(replica, books, made.id, "cancelled", cancelled_by="recall")
        assert (await books.job(made.id)).status == "cancelled"


async def test_a_recall_that_finds_a_failed_run_moves_the_next_attempt(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await replica.control.pause(books.tenant, made.id, "key:somebody")
        await told(replica, books, made.id, "failed")
        job = await books.job(made.id)
        assert (job.status, job.attempt, job.attempt_base, job.held_by) == ("blocked", 2, 0, "key:somebody")


async def test_another_time_for_a_job_that_is_out_holds_once_it_was_recalled(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        at = datetime.now(UTC) + LATER
        await replica.control.move(books.tenant, made.id, None, (at,))
        await told(replica, books, made.id, "cancelled", cancelled_by="recall")
        job = await books.job(made.id)
        assert (job.status, job.run_at) == ("scheduled", at)
        assert (await replica.control.move(books.tenant, made.id, None, (None,))).status == "pending"
        await replica.dispatcher.sweep()
        assert await out(books, made.id) == [True]


async def test_another_lane_for_a_published_job_is_one_more_publication(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        moved = await replica.control.move(books.tenant, made.id, "high", ())
        await replica.settled()
        assert (moved.lane, moved.queue, moved.dispatch) == ("high", "generator.high", 2)
        assert [command.dispatch for command in replica.sent(made.id)] == [1, 2]


async def test_a_snoozed_job_is_tried_now_by_force_and_naming_what_was_seen(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await told(replica, books, made.id, "snoozed", not_before=datetime.now(UTC) + LATER)
        before = await books.job(made.id)
        assert (before.place, await reasons(replica, books.tenant, made.id)) == ("taken", ["snoozed", "no_worker"])
        assert (await replica.control.try_again(books.tenant, made.id)).status == "pending"
        await replica.settled()
        assert replica.sent(made.id)[-1].force_n == before.n


async def test_a_failed_job_begins_to_count_anew_when_it_is_tried_by_hand(books: Books) -> None:
    async with books.replica(max_attempts=1) as replica:
        made = await replica.submit(books.tenant)
        await told(replica, books, made.id, "failed")
        assert (await books.job(made.id)).status == "failed"
        again = await replica.control.try_again(books.tenant, made.id)
        assert (again.status, again.attempt, again.attempt_base, again.error) == ("pending", 2, 1, None)
        await replica.dispatcher.sweep()
        await told(replica, books, made.id, "completed")
        assert (await books.job(made.id)).status == "completed"
        with pytest.raises(Problem, match="completed"):
            await replica.control.try_again(books.tenant, made.id)
        await books.check_log(made.id)


async def test_a_job_that_waited_longer_than_its_window_is_tried_all_the_same(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        jobs = [await replica.submit(books.tenant) for _ in range(3)]
        await books.shift(jobs[2].id, 100_000)
        await told(replica, books, jobs[0].id, "completed")
        await replica.dispatcher.sweep()
        job = await books.job(jobs[2].id)
        assert (job.status, job.out) == ("pending", True)
        assert job.published_at == job.retry_base_at


async def test_why_tells_the_position_and_when_it_may_start(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        jobs = [await replica.submit(books.tenant) for _ in range(5)]
        found = await replica.reader.why(books.tenant, jobs[4].id)
        assert (found.position, found.estimated_start_at) == (3, None)
        await told(replica, books, jobs[0].id, "completed", ended_at=datetime.now(UTC))
        found = await replica.reader.why(books.tenant, jobs[4].id)
        assert found.estimated_start_at is not None
        with pytest.raises(Problem, match="no such job"):
            await replica.reader.why(books.other_tenant, jobs[4].id)


async def test_gateways_that_give_places_away_at_once_pass_no_window(books: Books) -> None:
    limits = Limits(smallest_window=8, tenant_share=0.5)
    async with books.replica("gateway-1", 3, limits) as one, books.replica("gateway-2", 3, limits) as other:
        await one.places.hold("lane", "default", "key:operator")
        for tenant in (books.tenant, books.other_tenant):
            for _ in range(10):
                await one.submit(tenant)
        await one.places.release("lane", "default")
        late = [gateway.submit(books.tenant) for gateway in (one, other) * 5]
        await asyncio.gather(*late, one.dispatcher.sweep(), other.dispatcher.sweep(), one.dispatcher.sweep())
        assert await books.value("SELECT count(*) FROM jobs WHERE place = 'taken'") == 8
        mine = "SELECT count(*) FROM jobs WHERE place = 'taken' AND tenant_id = :tenant"
        assert await books.value(mine, tenant=books.tenant) == 4


async def test_a_gateway_that_stands_still_in_a_transaction_does_not_keep_the_lock(books: Books) -> None:
    assert await books.value("SHOW idle_in_transaction_session_timeout") == "10s"


async def test_a_new_request_does_not_overtake_what_waits(books: Books) -> None:
    async with books.replica(limits=Limits(smallest_window=2, tenant_share=1)) as replica:
        first = [await replica.submit(books.tenant) for _ in range(3)]
        waiting = await replica.submit(books.other_tenant)
        await told(replica, books, first[0].id, "completed")
        late = await replica.submit(books.tenant)
        assert not late.out
        await replica.dispatcher.sweep()
        assert await out(books, waiting.id, first[2].id, late.id) == [True, False, False]


async def test_what_waits_without_a_chance_does_not_hold_up_others(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        mine = [await replica.submit(books.tenant) for _ in range(4)]
        assert [job.out for job in mine] == [True, True, False, False]
        assert (await replica.submit(books.other_tenant)).out
        await replica.places.hold("tenant", str(books.other_tenant), "key:operator")
        await replica.submit(books.other_tenant)
        await told(replica, books, mine[0].id, "completed")
        await replica.dispatcher.sweep()
        await told(replica, books, mine[1].id, "completed")
        await replica.dispatcher.sweep()
        await told(replica, books, mine[2].id, "completed")
        assert (await replica.submit(books.tenant)).out


async def test_a_long_pause_of_a_lane_fails_no_job_that_had_failed_before(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await told(replica, books, made.id, "failed")
        await replica.places.hold("lane", "default", "key:operator")
        await books.shift(made.id, 100_000)
        await replica.places.release("lane", "default")
        await replica.dispatcher.sweep()
        job = await books.job(made.id)
        assert (job.status, job.attempt, job.out) == ("pending", 2, True)
        await replica.dispatcher.sweep()
        assert (await books.job(made.id)).cancel_requested is None


async def test_into_a_full_or_paused_lane_a_published_job_goes_by_the_line(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        made = await replica.submit(books.tenant)
        await replica.places.hold("lane", "high", "key:operator")
        moved = await replica.control.move(books.tenant, made.id, "high", ())
        assert (moved.recall, moved.dispatch, moved.lane) == (True, 1, "high")
        await told(replica, books, made.id, "cancelled", cancelled_by="recall")
        await replica.dispatcher.sweep()
        assert await out(books, made.id) == [False]
        assert await reasons(replica, books.tenant, made.id) == ["paused", "no_worker"]


async def test_a_snoozed_job_is_not_forced_past_a_pause(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await told(replica, books, made.id, "snoozed", not_before=datetime.now(UTC) + LATER)
        await replica.places.hold("kind", "generation.prompt", "key:operator")
        with pytest.raises(Problem, match="paused"):
            await replica.control.try_again(books.tenant, made.id)
        assert (await books.job(made.id)).status == "scheduled"


async def test_a_snoozed_job_whose_time_comes_during_a_pause_gives_its_place_up_and_waits(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        await told(replica, books, made.id, "snoozed", not_before=datetime.now(UTC) + LATER)
        await replica.places.hold("lane", "default", "key:operator")
        await books.shift(made.id, 4000)
        await replica.dispatcher.sweep()
        assert (await books.job(made.id)).recall
        await told(replica, books, made.id, "cancelled", cancelled_by="recall")
        job = await books.job(made.id)
        assert (job.status, job.place, job.out) == ("pending", "wanted", False)
        assert "paused" in await reasons(replica, books.tenant, made.id)
        await replica.places.release("lane", "default")
        await replica.dispatcher.sweep()
        assert await out(books, made.id) == [True]


async def test_a_forced_command_that_was_lost_leaves_the_run_snoozed(books: Books) -> None:
    async with books.replica() as replica:
        made = await replica.submit(books.tenant)
        not_before = datetime.now(UTC) + LATER
        snoozed = answer(await books.job(made.id), "snoozed", not_before=not_before)
        await replica.ledger.fold([snoozed])
        await replica.control.try_again(books.tenant, made.id)
        await replica.ledger.fold([snoozed])  # told again, as the answer to a command without the force
        job = await books.job(made.id)
        assert (job.status, job.due_at) == ("scheduled", not_before)


async def test_lanes_tell_what_waits_behind_a_key_too(books: Books) -> None:
    async with books.replica(limits=NARROW) as replica:
        for _ in range(3):
            await replica.submit(books.tenant, concurrency_key="one")
        await replica.dispatcher.sweep()
        assert await replica.places.waiting() == {"generator.default": 2}
