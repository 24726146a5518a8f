"""Faults that the machine finds only now and then, told one by one."""

from pressroom_common.contracts import CancelJob, RunJob
from protocol.broker import Message
from protocol.scenes import heard, taken, the_job, the_run
from protocol.world import World


def test_a_job_whose_workers_all_die_ends_as_worker_lost(world: World) -> None:
    process = world.processes[0]
    for _ in range(world.runs.cap):
        taken(world, process, until="call")
        process.crash("refused")
        world.broker.wipe()
        world.runs.pass_time(16)
        process.sweep("done")
        heard(world)
        world.dispatch(lambda: "done", silent=True)
    taken(world, process, until="gone")
    heard(world)
    job = the_job(world)
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error is not None
    assert job.error.code == "worker_lost"


def test_an_outcome_that_was_lost_with_the_broker_is_asked_for(world: World) -> None:
    taken(world, world.processes[0], until="ack")
    heard_of = world.broker.ready(tuple)[0]
    world.fold([heard_of], acked=True)
    world.broker.wipe()
    world.processes[0].crash("done")
    assert the_job(world).status == "processing"
    world.calm_down()
    assert the_job(world).status == "completed"
    assert len(world.runs.calls) == 2  # one a step: nothing was bought twice


def test_a_broker_that_delivers_everything_again_buys_nothing_twice(world: World) -> None:
    first, second = world.processes
    task = taken(world, first, until="call")
    world.broker.restart()
    taken(world, second, until="gone")
    first.finish(task)
    world.broker.restart()
    world.calm_down()
    assert the_job(world).status == "completed"
    assert len(world.runs.calls) == 2


def test_who_slept_past_his_lease_writes_nothing_but_what_it_cost(world: World) -> None:
    sleeper, other = world.processes
    task = taken(world, sleeper, until="keep")
    sleeper.stopped = True
    world.runs.pass_time(16)
    world.broker.restart()
    taken(world, other, until="gone")
    before = the_run(world)
    sleeper.stopped = False
    sleeper.finish(task)
    after = the_run(world)
    assert (after.state, after.claim, after.result) == (before.state, before.claim, before.result)
    world.rules.check_bills()


def test_a_holder_whose_lease_lapsed_unnoticed_wins_its_run_back(world: World) -> None:
    holder, other = world.processes
    task = taken(world, holder, until="call")
    world.runs.pass_time(16)
    other.sweep("done")
    heard(world)
    assert the_job(world).status == "pending"
    holder.renew("done")
    heard(world)
    assert the_job(world).status == "processing"
    holder.finish(task)
    heard(world)
    assert (the_job(world).status, the_run(world).claim) == ("completed", 1)


def test_a_cancel_that_overtakes_the_command_leaves_a_tombstone(world: World) -> None:
    command = world.broker.ready(RunJob)[0]
    world.cancel(the_job(world).id, "done")
    process = world.processes[0]
    process.take(world.broker.ready(CancelJob)[0])
    process.finish(process.tasks[-1])
    process.take(command)
    process.finish(process.tasks[-1])
    heard(world)
    assert (the_job(world).status, len(world.runs.calls)) == ("cancelled", 0)


def test_a_call_that_a_cancel_cut_off_is_paid_as_unknown(world: World) -> None:
    task = taken(world, world.processes[0], until="call")
    world.cancel(the_job(world).id, "done")
    other = world.processes[1]
    other.take(world.broker.ready(CancelJob)[0])
    other.finish(other.tasks[-1])
    world.processes[0].renew("done")
    world.processes[0].finish(task)
    heard(world)
    assert the_job(world).status == "cancelled"
    assert [usage.unknown_calls for usage in the_job(world).usage.values()] == [1]


def test_a_run_that_completed_before_the_cancel_stays_completed(world: World) -> None:
    taken(world, world.processes[0], until="gone")
    world.cancel(the_job(world).id, "done")
    assert the_job(world).status == "cancelling"
    world.calm_down()
    assert the_job(world).status == "completed"


def test_a_drain_hands_the_run_to_another_worker_and_counts_no_claim(world: World) -> None:
    leaving, other = world.processes
    task = taken(world, leaving, until="buy")
    leaving.drain()
    leaving.finish(task)
    heard(world)
    assert (the_run(world).state, the_run(world).claims) == ("orphaned", 0)
    world.dispatch(lambda: "done", silent=True)
    taken(world, other, until="gone")
    heard(world)
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 1)


def test_a_throttled_run_waits_and_uses_no_attempt(world: World) -> None:
    taken(world, world.processes[0], until="gone", answer="throttled")
    heard(world)
    assert (the_job(world).status, the_job(world).run_at) == ("scheduled", the_run(world).not_before)
    world.calm_down()
    assert (the_job(world).status, the_job(world).attempt) == ("completed", 1)


def test_a_parked_command_does_not_end_a_run_that_lives(world: World) -> None:
    twin = Message(world.broker.ready(RunJob)[0].body)
    task = taken(world, world.processes[0], until="call")
    world.broker.queue.append(twin)
    world.park(twin)
    process = world.processes[1]
    process.take(world.broker.ready(CancelJob)[0])
    process.finish(process.tasks[-1])
    world.processes[0].finish(task)
    heard(world)
    assert the_job(world).status == "completed"


def test_a_command_that_nobody_could_handle_fails_its_job(world: World) -> None:
    world.park(world.broker.ready(RunJob)[0])
    world.calm_down()
    job = the_job(world)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.code == "parked"


def test_a_command_of_yesterday_begins_no_run(world: World) -> None:
    world.runs.pass_time(25 * 3600)
    taken(world, world.processes[0], until="gone")
    assert not world.runs.rows
    world.calm_down()
    assert the_job(world).error is not None
