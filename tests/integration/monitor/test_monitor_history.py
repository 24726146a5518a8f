"""The folds through PostgreSQL: whatever the order, the duplicates and the batches, the rows are the model's."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.monitor.database import STALE, HistoryDatabase
from pressroom_common.ids import uuid7
from pressroom_monitor import statements
from pressroom_monitor.fold import fold
from pressroom_monitor.records import Advance, Changes
from pressroom_monitor.service import sorted_out
from unit.monitor import model
from unit.monitor.events import Event, World, at, deliveries, heartbeat, packed, snapshot, transition, usage_of, worlds


async def folded(history: HistoryDatabase, batch: Sequence[Event]) -> Changes:
    return await history.history.fold(fold(*sorted_out(packed(batch))))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds(), st.data())
async def test_any_order_any_duplicates_and_any_batches_give_the_rows_of_the_model(
    history: HistoryDatabase, world: World, data: st.DataObject
) -> None:
    changes = [await folded(history, batch) for batch in data.draw(deliveries(world))]
    await history.check(world)
    assert_counted_once(world, changes)


def assert_counted_once(world: World, changes: list[Changes]) -> None:
    """What the folds say they have changed adds up to what has happened, in whatever pieces it came."""
    jobs, attempts, used = Counter[Any](), Counter[Any](), Counter[Any]()
    for change in changes:
        for ended in change.jobs_ended:
            jobs[ended.kind, ended.status] += len(ended.seconds)
        for attempt in change.attempts_ended:
            attempts[attempt.kind, attempt.state] += attempt.attempts
        for tokens in change.tokens_used:
            for what in ("input_tokens", "output_tokens", "unknown_calls"):
                used[tokens.kind, what] += getattr(tokens, what)
    assert jobs == model.jobs_ended(world)
    assert attempts == model.attempts_ended(world)
    assert +used == model.tokens(world)


async def test_a_fold_waits_for_the_one_before(history: HistoryDatabase) -> None:
    rows = fold(transitions=[transition("pending", 1, job_id=uuid7())])
    async with history.database.transaction() as other:
        await other.fetch(statements.TAKE_TURN)
        waiting = asyncio.create_task(history.history.fold(rows))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert (await waiting).jobs == 1


async def test_folds_of_two_monitors_take_turns(history: HistoryDatabase) -> None:
    """Both fold the same jobs at once, in opposite orders: nothing is counted twice, and nothing deadlocks."""
    ids = [uuid7() for _ in range(200)]
    tenant = uuid7()
    log = [transition("completed", 1, job_id=job, tenant_id=tenant) for job in ids]
    rounds = [fold(transitions=part) for part in (log, log[::-1]) for _ in range(4)]
    changes = await asyncio.gather(*(history.history.fold(rows) for rows in rounds))
    assert sum(change.jobs for change in changes) == 200
    assert await history.value("SELECT jobs FROM job_counts WHERE tenant_id = :tenant", tenant=tenant) == 200


async def test_what_is_no_news_touches_no_row(history: HistoryDatabase) -> None:
    job, tenant = uuid7(), uuid7()
    events: list[Event] = [
        transition("processing", 1, job_id=job, tenant_id=tenant),
        snapshot("running", 1, job_id=job, tenant_id=tenant, usage=usage_of(10)),
        heartbeat(f"worker-{job}"),
    ]
    await folded(history, events)
    places = await _places(history, job)
    assert await folded(history, events) == Changes()
    assert await _places(history, job) == places


async def _places(history: HistoryDatabase, job: Any) -> list[Any]:
    """Where the rows lie, and who wrote and locked them last."""
    return [
        await history.rows(f"SELECT ctid::text, xmin::text, xmax::text FROM {table} WHERE {key} = :id", id=id_)
        for table, key, id_ in (
            ("jobs", "job_id", job),
            ("attempts", "job_id", job),
            ("usages", "job_id", job),
            ("workers", "name", f"worker-{job}"),
        )
    ]


async def test_the_cursor_moves_with_the_rows_and_only_from_where_it_was(history: HistoryDatabase) -> None:
    await history.history.rewind()
    await history.history.fold(fold(), Advance("", "10"))
    await history.history.fold(fold(), Advance("", "5"))
    assert await history.history.cursor() == "10"
    await history.history.rewind()
    await history.history.fold(fold(), Advance("10", "20"))
    assert await history.history.cursor() == ""


async def test_a_batch_that_fails_leaves_nothing(history: HistoryDatabase) -> None:
    good, bad = transition("pending", 1, job_id=uuid7()), transition("failed", 1, job_id=uuid7(), error_code="\0")
    with pytest.raises(asyncpg.DataError, match="unsupported Unicode"):
        await folded(history, [good, bad, snapshot("running", 1, job_id=good.job_id)])
    assert await history.value("SELECT count(*) FROM jobs WHERE job_id = :id", id=good.job_id) == 0
    assert await history.value("SELECT count(*) FROM attempts WHERE job_id = :id", id=good.job_id) == 0


async def test_duration_of_an_attempt_is_kept(history: HistoryDatabase) -> None:
    job = uuid7()
    changes = await folded(history, [snapshot("completed", 2, job_id=job, started_at=at(1), ended_at=at(3.5))])
    assert await history.value("SELECT seconds FROM attempts WHERE job_id = :id", id=job) == 2.5
    assert [ended.seconds for ended in changes.attempts_ended] == [[2.5]]


class TestWorkers:
    """Our clock says when a worker was heard; its own only puts its words in order."""

    async def test_is_heard_of_by_our_clock(self, history: HistoryDatabase) -> None:
        await folded(history, [heartbeat("slow-clock", datetime(2001, 1, 1, tzinfo=UTC))])
        assert await self._state(history, "slow-clock") == "alive"

    async def test_becomes_stale_and_is_dropped_later(self, history: HistoryDatabase) -> None:
        await folded(history, [heartbeat("silent")])
        await self._silence(history, "silent", STALE + 1)
        assert await self._state(history, "silent") == "stale"
        await history.history.forget_workers(STALE)
        assert await self._state(history, "silent") is None

    async def test_an_old_word_that_comes_again_does_not_revive_it(self, history: HistoryDatabase) -> None:
        last_words = heartbeat("dead", at(10))
        await folded(history, [last_words])
        await self._silence(history, "dead", STALE + 1)
        await folded(history, [last_words])
        assert await self._state(history, "dead") == "stale"

    async def test_another_process_takes_over_a_silent_name_though_its_clock_is_behind(
        self, history: HistoryDatabase
    ) -> None:
        await folded(history, [heartbeat("moved", at(1000), started_at=at(1000), host="a")])
        behind = [heartbeat("moved", at(seconds), started_at=at(0), host="b") for seconds in (10, 20)]
        await folded(history, behind[:1])
        assert await history.value("SELECT host FROM workers WHERE name = 'moved'") == "a"
        await self._silence(history, "moved", STALE + 1)
        await folded(history, behind[:1])
        await folded(history, behind[1:])
        assert await self._state(history, "moved") == "alive"
        assert await history.value("SELECT told_at FROM workers WHERE name = 'moved'") == at(20)

    async def _state(self, history: HistoryDatabase, name: str) -> str | None:
        return next((worker.state for worker in await history.reads.workers() if worker.name == name), None)

    async def _silence(self, history: HistoryDatabase, name: str, seconds: float) -> None:
        heard_at = datetime.now(UTC) - timedelta(seconds=seconds)
        await history.execute("UPDATE workers SET heard_at = :at WHERE name = :name", at=heard_at, name=name)
