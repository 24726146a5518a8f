"""What is folded together, what is tried again, and what is counted. A history in memory stands for PostgreSQL."""

import asyncio
from typing import Any

import pytest

from pressroom_common.contracts import Transition, TransitionPage
from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_monitor.measures import FoldMetrics, JobMetrics
from pressroom_monitor.records import Advance, Changes, JobsEnded, Rows
from pressroom_monitor.service import Folding, Pull
from unit.monitor.events import at, heartbeat, job, measures, snapshot, transition, transitions

POISON = "poison"


class FakeHistory:
    """Keeps the batches it was given. `gate` holds folds up; `away` is how often the database does not answer."""

    def __init__(self, away: int = 0) -> None:
        self.batches: list[Rows] = []
        self.ended: set[Any] = set()
        self.position = ""
        self.away = away
        self.gate = asyncio.Event()
        self.gate.set()

    async def fold(self, rows: Rows, advance: Advance | None = None) -> Changes:
        await self.gate.wait()
        if self.away:
            self.away -= 1
            raise Unavailable("the database is away")
        if any(row.kind == POISON for row in rows.jobs):
            raise ValueError(POISON)
        self.batches.append(rows)
        if advance and advance.after == self.position:
            self.position = advance.to
        news = {(row.job_id, row.version) for row in rows.endings} - self.ended
        self.ended |= news
        return Changes(jobs=len(rows.jobs), jobs_ended=[JobsEnded("k", "completed", [1.0] * len(news))] if news else [])

    async def cursor(self) -> str:
        return self.position

    async def rewind(self) -> None:
        self.position = ""

    async def forget_workers(self, after: float) -> None: ...

    async def forget_ended(self, after: float, limit: int) -> int:  # noqa: ARG002 - it is the port's
        return 0


class FakeLedger:
    """A log in memory, whose cursor is the count of entries."""

    def __init__(self, *log: Transition) -> None:
        self.log = log
        self.asked: list[str] = []

    async def transitions(self, after: str, limit: int) -> TransitionPage:
        self.asked.append(after)
        begin = int(after or 0)
        page = self.log[begin : begin + limit]
        return TransitionPage(transitions=page, next=str(begin + len(page)) if page else after)


class Fixture:
    def __init__(self, history: FakeHistory, limit: int = 100) -> None:
        self.metrics = Metrics()
        self.fold_metrics = FoldMetrics(self.metrics)
        self.history = history
        self.folding = Folding(history, self.fold_metrics, JobMetrics(self.metrics), limit, clock=lambda: at(5))

    def pull(self, ledger: FakeLedger, limit: int) -> Pull:
        return Pull(ledger, self.history, self.folding, self.fold_metrics, limit)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"pressroom_{name}", labels) or 0.0


async def test_messages_that_wait_while_a_fold_is_in_flight_are_the_next_batch() -> None:
    monitor = Fixture(FakeHistory())
    monitor.history.gate.clear()
    taken = [
        asyncio.create_task(monitor.folding.take(measures(snapshot("running", 1, job_id=job(n))))) for n in range(9)
    ]
    await asyncio.sleep(0.01)
    monitor.history.gate.set()
    await asyncio.gather(*taken)
    assert [len(rows.attempts) for rows in monitor.history.batches] == [9] or [
        len(rows.attempts) for rows in monitor.history.batches
    ] == [1, 8]


async def test_an_idle_monitor_folds_at_once() -> None:
    monitor = Fixture(FakeHistory())
    await monitor.folding.take(heartbeat())
    assert [len(rows.workers) for rows in monitor.history.batches] == [1]


async def test_while_the_database_is_away_the_batch_is_held_and_tried_again() -> None:
    monitor = Fixture(FakeHistory(away=2))
    await monitor.folding.take(measures(snapshot("running", 1)))
    assert len(monitor.history.batches) == 1
    assert monitor.value("monitor_fold_failures_total") == 2
    await monitor.folding.check()


async def test_it_is_not_ready_while_folds_fail() -> None:
    monitor = Fixture(FakeHistory(away=1000))
    taken = asyncio.create_task(monitor.folding.take(heartbeat()))
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable, match="the database is away"):
        await monitor.folding.check()
    monitor.history.away = 0
    await taken
    await monitor.folding.check()


async def test_a_message_that_cannot_be_folded_fails_alone() -> None:
    monitor = Fixture(FakeHistory())
    messages = [transitions(transition("pending", 1, job_id=job(n), kind=POISON if n == 3 else "k")) for n in range(7)]
    outcomes = await asyncio.gather(*map(monitor.folding.take, messages), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [ValueError] + [type(None)] * 3
    assert {row.job_id for rows in monitor.history.batches for row in rows.jobs} == {job(n) for n in range(7) if n != 3}


async def test_what_comes_twice_is_counted_once() -> None:
    monitor = Fixture(FakeHistory())
    for _ in range(3):
        await monitor.folding.take(transitions(transition("completed", 1)))
    assert monitor.value("monitor_events_total", type="job.transitions", source="broker") == 3
    assert monitor.value("jobs_finished_total", kind="k", status="completed") == 1
    assert monitor.value("job_seconds_count", kind="k", status="completed") == 1


async def test_lag_is_from_the_message_to_its_commit() -> None:
    monitor = Fixture(FakeHistory())
    await monitor.folding.take(heartbeat(time=at(2)))
    assert monitor.value("monitor_lag_seconds_sum", type="worker.heartbeat") == 3


@pytest.mark.parametrize(("entries", "asked"), [(0, [""]), (3, [""]), (4, ["", "4"]), (10, ["", "4", "8"])])
async def test_a_pull_goes_on_until_a_page_is_short(entries: int, asked: list[str]) -> None:
    ledger = FakeLedger(*(transition("completed", 1, job_id=job(n)) for n in range(entries)))
    monitor = Fixture(FakeHistory())
    await monitor.pull(ledger, limit=4).run()
    assert ledger.asked == asked
    assert len(monitor.history.ended) == entries
    assert monitor.history.position == (str(entries) if entries else "")


async def test_a_pull_begins_where_the_last_one_ended() -> None:
    ledger = FakeLedger(transition("pending", 1))
    monitor = Fixture(FakeHistory())
    pull = monitor.pull(ledger, limit=4)
    await pull.run()
    ledger.log = (*ledger.log, transition("completed", 2))
    await pull.run()
    assert ledger.asked == ["", "1"]
    assert [row.status for rows in monitor.history.batches for row in rows.jobs] == ["pending", "completed"]


async def test_a_rebuild_reads_the_log_from_its_beginning() -> None:
    ledger = FakeLedger(transition("completed", 1))
    monitor = Fixture(FakeHistory())
    pull = monitor.pull(ledger, limit=4)
    await pull.run()
    await monitor.history.rewind()
    await pull.run()
    assert ledger.asked == ["", ""]
    assert monitor.value("jobs_finished_total", kind="k", status="completed") == 1


async def test_a_pull_that_fails_is_counted_and_told() -> None:
    monitor = Fixture(FakeHistory(away=1))
    with pytest.raises(Unavailable):
        await monitor.pull(FakeLedger(transition("completed", 1)), limit=4).run()
    assert monitor.value("monitor_pull_failures_total") == 1
