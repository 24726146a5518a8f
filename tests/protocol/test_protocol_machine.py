"""Whatever goes wrong, and whenever: the invariants hold, and once it goes wrong no more every job comes to its end."""

import random
from datetime import timedelta
from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pressroom_common.contracts import CancelJob, JobStatus, Lane, RunJob
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.wishes import pause, reprioritise, reschedule, resume, try_again
from protocol.broker import Luck, Message
from protocol.ledger import Wish
from protocol.process import Answer, Process, Task
from protocol.profile import examples
from protocol.world import World

Trouble = Literal["lose", "double", "park", "restart", "wipe", "hour", "day"]

LUCK = st.sampled_from(("done", "done", "done", "done", "unknown", "refused"))
ANSWER = st.sampled_from(("text", "text", "text", "transient", "transient", "throttled", "permanent", "none"))
PICK = st.integers(0, 11)
STEPS = st.sampled_from((0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11))
PAUSE = st.sampled_from((1.0, 6.0, 16.0, 16.0, 31.0, 70.0, 400.0))
TROUBLE = st.sampled_from(("lose", "double", "double", "park", "restart", "wipe", "wipe", "hour", "day"))


WISH: st.SearchStrategy[str] = st.sampled_from(
    ("pause", "pause", "resume", "resume", "sooner", "later", "next week", "high", "default", "try again", "try again")
)
RECALLS: st.SearchStrategy[str] = st.sampled_from(("pause", "pause", "later", "sooner", "high"))
WAIT: st.SearchStrategy[float | None] = st.sampled_from((None, None, None, 40.0, 90_000.0))
KEY: st.SearchStrategy[str | None] = st.sampled_from((None, None, "key"))


class ProtocolMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(luck=LUCK)
    def begin(self, luck: Luck) -> None:
        self.world.submit(luck)

    @precondition(lambda self: len(self.world.ledger.jobs) < 3)
    @rule(luck=LUCK, wait=WAIT, key=KEY)
    def submit(self, luck: Luck, wait: float | None, key: str | None) -> None:
        run_at = None if wait is None else self.world.now + timedelta(seconds=wait)
        self.world.submit(luck, run_at, key)

    @precondition(lambda self: self.world.broker.ready(RunJob, CancelJob))
    @rule(pick=PICK, who=PICK, luck=LUCK, answer=ANSWER, steps=STEPS)
    def take(self, pick: int, who: int, luck: Luck, answer: Answer, steps: int) -> None:
        """A process takes a message, and works at it for a while."""
        messages = self.world.broker.ready(RunJob, CancelJob)
        process = self.process(who)
        if not process.stopped:
            process.take(messages[pick % len(messages)])
            self.steps(process, process.tasks[-1], luck, answer, steps)

    @rule(luck=LUCK, answer=ANSWER, steps=STEPS, acked=st.booleans())
    def go_on(self, luck: Luck, answer: Answer, steps: int, acked: bool) -> None:
        """Everybody takes what there is, and gets so far with it; the ledger hears of it, and sends what is due."""
        for process in self.world.processes:
            if process.stopped:
                continue
            for message in self.world.broker.ready(RunJob, CancelJob)[:2]:
                process.take(message)
            for task in list(process.tasks):
                self.steps(process, task, luck, answer, steps)
        self.world.fold(self.world.broker.ready(tuple), acked=acked)
        self.world.dispatch(lambda: luck, silent=False)

    @precondition(lambda self: self.at_work())
    @rule(pick=PICK, luck=LUCK, answer=ANSWER, steps=STEPS)
    def work(self, pick: int, luck: Luck, answer: Answer, steps: int) -> None:
        process = self.at_work()[pick % len(self.at_work())]
        self.steps(process, process.tasks[pick % len(process.tasks)], luck, answer, steps)

    @precondition(lambda self: self.at_work())
    @rule()
    def finish(self) -> None:
        """Everybody who can brings what he has to its end."""
        for process in self.at_work():
            for task in list(process.tasks):
                process.finish(task)

    @rule(who=PICK, luck=LUCK)
    def upkeep(self, who: int, luck: Luck) -> None:
        process = self.process(who)
        if not process.stopped:
            process.renew(luck)
            self.world.beat(process)
            process.sweep(luck)

    @precondition(lambda self: self.world.broker.ready(tuple))
    @rule(seed=st.integers(0, 99), acked=st.booleans())
    def fold(self, seed: int, acked: bool) -> None:
        """All the news, in any order; not acked, they come again."""
        news = self.world.broker.ready(tuple)
        random.Random(seed).shuffle(news)
        self.world.fold(news, acked=acked)

    @precondition(lambda self: self.world.broker.ready(tuple))
    @rule(pick=PICK)
    def fold_one(self, pick: int) -> None:
        news = self.world.broker.ready(tuple)
        self.world.fold([news[pick % len(news)]], acked=True)

    @rule(silent=st.booleans(), luck=LUCK)
    def dispatch(self, silent: bool, luck: Luck) -> None:
        self.world.dispatch(lambda: luck, silent=silent)

    @rule(pause=PAUSE)
    def pass_time(self, pause: float) -> None:
        self.world.runs.pass_time(pause)

    @rule()
    def wait_for_what_is_due(self) -> None:
        due = self.world.ledger.next_due()
        if due is not None and due > self.world.now:
            self.world.runs.now = due
            self.world.dispatch(lambda: "done", silent=True)

    @rule(who=PICK, luck=LUCK)
    def crash(self, who: int, luck: Luck) -> None:
        self.process(who).crash(luck)

    @rule(who=PICK)
    def stop_or_go_on(self, who: int) -> None:
        self.process(who).stopped = not self.process(who).stopped

    @precondition(lambda self: self.at_work())
    @rule(who=PICK)
    def drain(self, who: int) -> None:
        if not self.process(who).stopped:
            self.process(who).drain()

    @precondition(lambda self: self.at_work())
    @rule()
    def find_the_dead(self) -> None:
        """Everybody at work dies without a trace; the leases run out, and the ledger hears of it and sends again."""
        for process in self.at_work():
            process.crash("refused")
        self.world.runs.pass_time(16)
        self.world.processes[0].sweep("done")
        self.world.fold(self.world.broker.ready(tuple), acked=True)
        self.world.dispatch(lambda: "done", silent=True)

    @precondition(lambda self: self.at_work())
    @rule(pick=PICK, wish=RECALLS, answer=ANSWER, steps=STEPS)
    def lose_touch(self, pick: int, wish: str, answer: Answer, steps: int) -> None:
        """Leases run out under those at work: their jobs seem to wait, and somebody asks for one. They work on."""
        self.world.runs.pass_time(16)
        self.world.processes[0].sweep("done")
        self.world.fold(self.world.broker.ready(tuple), acked=True)
        waiting = self.jobs("pending")
        if waiting:
            self.world.wish(waiting[pick % len(waiting)].id, asked(wish), "done")
        process = self.at_work()[pick % len(self.at_work())]
        self.steps(process, process.tasks[pick % len(process.tasks)], "done", answer, steps)

    @rule(pick=PICK, luck=LUCK)
    def cancel(self, pick: int, luck: Luck) -> None:
        jobs = list(self.world.ledger.jobs)
        self.world.cancel(jobs[pick % len(jobs)], luck)

    @rule(pick=PICK, wish=WISH, luck=LUCK)
    def wish(self, pick: int, wish: str, luck: Luck) -> None:
        jobs = list(self.world.ledger.jobs)
        self.world.wish(jobs[pick % len(jobs)], asked(wish), luck)

    @precondition(lambda self: self.jobs("pending", "scheduled"))
    @rule(pick=PICK, wish=RECALLS, luck=LUCK)
    def wish_of_what_waits(self, pick: int, wish: str, luck: Luck) -> None:
        waiting = self.jobs("pending", "scheduled")
        self.world.wish(waiting[pick % len(waiting)].id, asked(wish), luck)

    @precondition(lambda self: self.jobs("failed", "cancelled", "scheduled", "retrying"))
    @rule(pick=PICK, luck=LUCK)
    def try_again(self, pick: int, luck: Luck) -> None:
        waiting = self.jobs("failed", "cancelled", "scheduled", "retrying")
        self.world.wish(waiting[pick % len(waiting)].id, try_again, luck)

    @precondition(lambda self: self.jobs("blocked"))
    @rule(luck=LUCK)
    def resume(self, luck: Luck) -> None:
        for job in self.jobs("blocked"):
            self.world.wish(job.id, resume, luck)

    @rule(lane=st.sampled_from(("high", "default")))
    def hold_or_release(self, lane: Lane) -> None:
        """An operator pauses a lane, or lets it go on."""
        self.world.ledger.held ^= {lane}

    @precondition(lambda self: self.world.broker.ready(CancelJob))
    @rule(who=PICK, luck=LUCK, steps=STEPS, acked=st.booleans())
    def answer_directives(self, who: int, luck: Luck, steps: int, acked: bool) -> None:
        """Of cancels, recalls and parked commands; the ledger hears of it."""
        process = self.process(who)
        if not process.stopped:
            for message in self.world.broker.ready(CancelJob):
                process.take(message)
                self.steps(process, process.tasks[-1], luck, "text", steps)
            self.world.fold(self.world.broker.ready(tuple), acked=acked)

    @precondition(lambda self: self.world.broker.ready(RunJob))
    @rule(who=PICK, heard=st.booleans())
    def throttle(self, who: int, heard: bool) -> None:
        """The provider asks to wait, whatever is sent to it."""
        process = self.process(who)
        if not process.stopped:
            process.take(self.world.broker.ready(RunJob)[-1])
            process.finish(process.tasks[-1], "throttled")
            self.world.fold(self.world.broker.ready(tuple) if heard else [], acked=True)

    @rule(trouble=TROUBLE, pick=PICK)
    def trouble(self, trouble: Trouble, pick: int) -> None:
        world = self.world
        queue, commands = world.broker.queue, world.broker.ready(RunJob)
        match trouble:
            case "lose" if queue:
                queue.pop(pick % len(queue))
            case "double" if queue:
                queue.append(Message(queue[pick % len(queue)].body))
            case "park" if commands:
                world.park(commands[pick % len(commands)])
            case "restart":
                world.broker.restart()
            case "wipe":
                world.broker.wipe()
            case "hour":
                world.runs.pass_time(3600)
            case "day" if pick == 0:
                world.runs.pass_time(90_000)

    @invariant()
    def rules_hold(self) -> None:
        self.world.rules.check()

    def teardown(self) -> None:
        """1: when faults stop, every job becomes terminal; 8: as its log says; 11: told again, it stays what it is."""
        world = self.world
        world.calm_down()
        world.rules.check()
        world.rules.check_log()
        world.rules.check_bills()
        ended = dict(world.ledger.jobs)
        random.Random(len(world.broker.told)).shuffle(world.broker.told)
        world.ledger.fold(world.broker.told, world.now)
        world.ledger.fold([row.snapshot() for row in world.runs.rows.values()], world.now)
        for job_id, job in world.ledger.jobs.items():
            known, row = ended[job_id], world.runs.rows.get(job_id)
            assert (job.status, job.attempt, job.error) == (known.status, known.attempt, known.error)
            assert row is None or job.usage == row.usage

    def steps(self, process: Process, task: Task, luck: Luck, answer: Answer, steps: int) -> None:
        """Some steps of a task; the last of them meets the luck."""
        for step in range(steps):
            if task.stage != "gone":
                process.step(task, luck if step == steps - 1 else "done", answer)

    def process(self, who: int) -> Process:
        return self.world.processes[who % len(self.world.processes)]

    def at_work(self) -> list[Process]:
        return [process for process in self.world.processes if process.tasks and not process.stopped]

    def jobs(self, *statuses: JobStatus) -> list[Job]:
        return [job for job in self.world.ledger.jobs.values() if job.status in statuses]


def asked(wish: str) -> Wish:
    """What a person may ask of any job."""
    match wish:
        case "pause":
            return lambda job, now: pause(job, "somebody", now)
        case "resume":
            return resume
        case "sooner":
            return lambda job, now: reschedule(job, None, now)
        case "later":
            return lambda job, now: reschedule(job, now + timedelta(seconds=50), now)
        case "next week":
            return lambda job, now: reschedule(job, now + timedelta(days=7), now)
        case "try again":
            return try_again
        case "high":
            return lambda job, now: reprioritise(job, "high", now)
        case _:
            return lambda job, now: reprioritise(job, "default", now)


TestProtocol = ProtocolMachine.TestCase
TestProtocol.settings = examples(800, steps=80)
