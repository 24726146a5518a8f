"""What happens again and again in stories of one job."""

from datetime import datetime

from pressroom_common.contracts import CancelJob, RunJob
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.wishes import pause, reprioritise
from protocol.ledger import Wish
from protocol.process import Answer, Process, Task
from protocol.runs import StoredRun
from protocol.world import World


def the_job(world: World) -> Job:
    [job] = world.ledger.jobs.values()
    return job


def the_run(world: World) -> StoredRun:
    [row] = world.runs.rows.values()
    return row


def taken(world: World, process: Process, *, until: str, answer: Answer = "text") -> Task:
    """A process takes the oldest command, and works up to a stage."""
    process.take(world.broker.ready(RunJob)[0])
    task = process.tasks[-1]
    while task.stage != until:
        process.step(task, answer=answer)
    return task


def heard(world: World) -> None:
    world.fold(world.broker.ready(tuple), acked=True)


def paused(job: Job, now: datetime) -> Job:
    return pause(job, "somebody", now)


def to_the_fast_lane(job: Job, now: datetime) -> Job:
    return reprioritise(job, "high", now)


def wished(world: World, wish: Wish) -> None:
    world.wish(the_job(world).id, wish)


def told(world: World, process: Process) -> None:
    """A process answers all directives."""
    for message in world.broker.ready(CancelJob):
        process.take(message)
        process.finish(process.tasks[-1])


def sent(world: World) -> None:
    """What is due leaves."""
    world.dispatch(lambda: "done", silent=True)


def snoozed(world: World) -> None:
    """The provider asked to wait, and the ledger knows of it."""
    taken(world, world.processes[0], until="gone", answer="throttled")
    heard(world)
