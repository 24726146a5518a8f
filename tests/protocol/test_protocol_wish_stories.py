"""What people ask of a job, against what its workers and its messages do meanwhile: interleavings told one by one."""

from datetime import timedelta

import pytest

from pressroom_common.contracts import CancelJob, RunJob
from pressroom_gateway.ledger.wishes import reschedule, resume, try_again
from pressroom_gateway.problems import Problem
from protocol.broker import Message
from protocol.scenes import heard, paused, sent, snoozed, taken, the_job, the_run, to_the_fast_lane, told, wished
from protocol.world import World


def test_a_recall_before_the_claim_brings_the_command_back_unused(world: World) -> None:
    wished(world, paused)
    told(world, world.processes[1])
    taken(world, world.processes[0], until="gone")  # its stale command
    heard(world)
    job = the_job(world)
    assert (job.status, job.out, job.attempt, job.attempt - job.attempt_base) == ("blocked", False, 2, 1)
    assert not world.runs.calls
    world.calm_down()
    assert (the_job(world).status, the_run(world).attempt) == ("completed", 2)


def test_a_claim_before_the_recall_goes_on(world: World) -> None:
    task = taken(world, world.processes[0], until="call")
    wished(world, paused)
    told(world, world.processes[1])
    heard(world)
    assert (the_job(world).status, the_job(world).held_by, the_job(world).recall) == ("processing", None, False)
    with pytest.raises(Problem) as refused:
        paused(the_job(world), world.now)
    assert refused.value.code == "already_running"
    world.processes[0].finish(task)
    heard(world)
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 1)


def test_a_recall_that_was_lost_with_the_brokers_data_is_repeated(world: World) -> None:
    wished(world, paused)
    world.broker.wipe()
    for _ in range(3):
        world.runs.now = the_job(world).due_at or world.now
        sent(world)
        [again] = world.broker.ready(CancelJob)
        assert isinstance(again.body, CancelJob)
        assert (again.body.reason, again.body.attempt) == ("recall", 1)
        world.broker.wipe()
    assert not world.broker.ready(RunJob)
    world.calm_down()
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 2)


def test_a_paused_job_stays_out_of_the_broker_until_it_is_resumed(world: World) -> None:
    wished(world, paused)
    told(world, world.processes[0])
    heard(world)
    world.broker.wipe()
    for _ in range(30):
        world.runs.pass_time(3600)
        sent(world)
    assert (the_job(world).status, world.broker.queue) == ("blocked", [])
    wished(world, resume)  # its day begins anew
    sent(world)
    taken(world, world.processes[0], until="gone")
    heard(world)
    assert the_job(world).status == "completed"


def test_a_resume_while_the_recall_is_open_lets_the_recall_finish_and_runs_once(world: World) -> None:
    stale = Message(world.broker.ready(RunJob)[0].body)
    wished(world, paused)
    wished(world, resume)
    told(world, world.processes[0])
    world.broker.wipe()
    world.broker.tell(the_run(world).snapshot())
    heard(world)
    assert (the_job(world).status, the_job(world).attempt, the_job(world).held_by) == ("pending", 2, None)
    sent(world)
    world.broker.queue.append(stale)
    world.calm_down()
    assert (the_job(world).status, the_run(world).attempt, len(world.runs.calls)) == ("completed", 2, 2)


def test_a_pause_resume_and_pause_again_ends_paused(world: World) -> None:
    for wish in (paused, resume, paused):
        wished(world, wish)
    told(world, world.processes[0])
    heard(world)
    assert (the_job(world).status, the_job(world).attempt) == ("blocked", 2)


@pytest.mark.parametrize("first", ["the recall", "the cancel"])
def test_a_cancel_wins_over_a_recall_whichever_is_answered_first(world: World, first: str) -> None:
    wished(world, paused)
    world.cancel(the_job(world).id, "done")
    recall, cancel = world.broker.ready(CancelJob)
    process = world.processes[0]
    for message in (recall, cancel) if first == "the recall" else (cancel, recall):
        process.take(message)
        process.finish(process.tasks[-1])
    heard(world)
    assert the_run(world).cancelled_by == ("recall" if first == "the recall" else "request")
    assert (the_job(world).status, the_job(world).attempt, the_job(world).held_by) == ("cancelled", 1, None)
    taken(world, process, until="gone")
    assert not world.runs.calls


def test_a_paused_job_that_was_cancelled_is_not_paused_when_it_is_tried_again(world: World) -> None:
    wished(world, paused)
    told(world, world.processes[0])
    heard(world)
    world.cancel(the_job(world).id, "done")
    wished(world, try_again)
    assert (the_job(world).status, the_job(world).attempt, the_job(world).held_by) == ("pending", 3, None)
    world.calm_down()
    assert the_job(world).status == "completed"


def test_a_pause_of_a_snoozed_run_takes_it_back_and_keeps_its_time(world: World) -> None:
    snoozed(world)
    not_before = the_run(world).not_before
    wished(world, paused)
    told(world, world.processes[1])
    heard(world)
    assert (the_run(world).state, the_run(world).cancelled_by) == ("cancelled", "recall")
    assert (the_job(world).status, the_job(world).run_at) == ("blocked", not_before)
    wished(world, resume)
    assert (the_job(world).status, the_job(world).attempt, the_job(world).out) == ("scheduled", 2, False)
    sent(world)
    assert not world.broker.ready(RunJob)
    world.calm_down()
    assert the_job(world).status == "completed"


def test_the_time_of_a_snooze_holds_although_the_recall_was_heard_of_first(world: World) -> None:
    wished(world, paused)
    taken(world, world.processes[0], until="gone", answer="throttled")
    not_before = the_run(world).not_before
    told(world, world.processes[1])
    *earlier, recalled = world.broker.ready(tuple)
    world.fold([recalled, *reversed(earlier)], acked=True)
    assert (the_job(world).status, the_job(world).attempt, the_job(world).run_at) == ("blocked", 2, not_before)


def test_a_snooze_that_comes_while_the_recall_is_open_is_recalled_too(world: World) -> None:
    taken(world, world.processes[0], until="gone", answer="throttled")
    wished(world, paused)
    [running, asleep] = world.broker.ready(tuple)
    world.fold([running, asleep], acked=True)
    assert (the_job(world).status, the_job(world).held_by) == ("scheduled", None)  # somebody had worked on it
    told(world, world.processes[1])
    heard(world)
    assert (the_job(world).status, the_job(world).attempt, the_job(world).run_at) == (
        "scheduled",
        2,
        asleep.body[0].not_before if isinstance(asleep.body, tuple) else None,
    )
    world.calm_down()
    assert the_job(world).status == "completed"


def test_a_failure_during_the_recall_leaves_the_wish_to_the_next_attempt(world: World) -> None:
    holder, other = world.processes
    task = taken(world, holder, until="call")
    world.runs.pass_time(16)
    other.sweep("done")
    heard(world)
    wished(world, paused)
    holder.renew("refused")
    holder.step(task, answer="transient")
    holder.finish(task)
    heard(world)
    job = the_job(world)
    assert (job.status, job.attempt, job.attempt_base, job.recall) == ("blocked", 2, 0, False)
    told(world, other)  # the recall of an attempt that is history
    heard(world)
    assert the_job(world) == job
    world.calm_down()
    assert the_job(world).status == "completed"


def test_a_time_for_a_job_that_is_out_holds_once_it_was_recalled(world: World) -> None:
    at = world.now.replace(year=world.now.year + 1)
    wished(world, lambda job, now: reschedule(job, at, now))
    assert (the_job(world).status, the_job(world).run_at) == ("pending", None)
    told(world, world.processes[0])
    heard(world)
    assert (the_job(world).status, the_job(world).run_at, the_job(world).out) == ("scheduled", at, False)
    world.calm_down()
    assert the_job(world).status == "completed"
    assert (the_job(world).completed_at or world.now) > at


def test_a_failed_attempt_that_was_put_off_for_days_is_tried_all_the_same(world: World) -> None:
    taken(world, world.processes[0], until="gone", answer="transient")
    heard(world)
    assert the_job(world).status == "retrying"
    wished(world, lambda job, now: reschedule(job, now + timedelta(days=3), now))
    world.calm_down()
    assert (the_job(world).status, the_job(world).attempt, the_job(world).error) == ("completed", 2, None)


def test_a_reprioritised_job_runs_once_although_both_messages_are_taken(world: World) -> None:
    first, second = world.processes
    wished(world, to_the_fast_lane)
    slow, fast = world.broker.ready(RunJob)
    first.take(slow)
    second.take(fast)
    tasks = (first.tasks[0], second.tasks[0])
    second.step(tasks[1])
    first.finish(tasks[0])
    second.finish(tasks[1])
    heard(world)
    assert (the_job(world).status, the_job(world).attempt, the_run(world).claim) == ("completed", 1, 1)
    assert len(world.runs.calls) == 2  # one a step


def test_a_snoozed_run_that_is_tried_now_breaks_no_second_429(world: World) -> None:
    snoozed(world)
    wished(world, try_again)
    forced = world.broker.ready(RunJob)[0]
    assert isinstance(forced.body, RunJob)
    assert forced.body.force_n == the_run(world).n
    twin = Message(forced.body)
    snoozed(world)
    waits = the_run(world)
    assert (waits.state, waits.claim) == ("snoozed", 2)
    world.broker.queue.append(twin)
    taken(world, world.processes[1], until="gone")
    assert the_run(world) == waits
    world.calm_down()
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 1)


def test_a_try_now_that_was_lost_waits_for_the_snooze_and_goes_on(world: World) -> None:
    snoozed(world)
    wished(world, try_again)
    world.broker.wipe()
    world.calm_down()
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 1)


def test_a_retry_by_hand_goes_on_while_the_old_attempt_still_sends_its_bill(world: World) -> None:
    sleeper, other = world.processes
    task = taken(world, sleeper, until="keep")
    sleeper.stopped = True
    world.cancel(the_job(world).id, "done")
    told(world, other)
    heard(world)
    assert the_job(world).status == "cancelled"
    world.runs.pass_time(1)
    wished(world, try_again)
    sent(world)
    retried = the_job(world)
    assert (retried.status, retried.attempt, retried.attempt_base) == ("pending", 2, 1)
    sleeper.stopped = False
    sleeper.finish(task)  # it has lost the run, and pays what it owes
    heard(world)
    billed = the_job(world)
    assert (billed.status, billed.attempt, billed.due_at) == ("pending", 2, retried.due_at)
    assert billed.usage != retried.usage
    world.calm_down()
    assert (the_job(world).status, the_run(world).attempt) == ("completed", 2)
    world.rules.check_bills()


def test_a_stale_command_of_a_retried_attempt_never_runs(world: World) -> None:
    stale = Message(world.broker.ready(RunJob)[0].body)
    taken(world, world.processes[0], until="gone", answer="permanent")
    heard(world)
    wished(world, try_again)
    world.broker.queue.append(stale)
    taken(world, world.processes[1], until="gone")
    assert (the_run(world).state, the_run(world).attempt, len(world.runs.calls)) == ("failed", 1, 1)


@pytest.mark.parametrize(
    ("first", "status", "attempt"), [("the recall", "blocked", 2), ("the parked command's", "failed", 1)]
)
def test_a_recall_and_a_parked_command_are_decided_by_the_run(
    world: World, first: str, status: str, attempt: int
) -> None:
    wished(world, paused)
    world.park(world.broker.ready(RunJob)[0])
    recall, parked = world.broker.ready(CancelJob)
    process = world.processes[0]
    for message in (recall, parked) if first == "the recall" else (parked, recall):
        process.take(message)
        process.finish(process.tasks[-1])
    heard(world)
    assert (the_job(world).status, the_job(world).attempt) == (status, attempt)
    world.calm_down()
    world.rules.check()
