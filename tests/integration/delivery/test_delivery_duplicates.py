"""Every message delivered three times, and again in any order: the same rows."""

from typing import Any
from uuid import UUID

from integration.delivery.echo import Echo
from integration.delivery.rows import Rows
from integration.delivery.system import System
from pressroom_common import topology

PLAIN = 20


async def test_messages_delivered_three_times_make_the_same_rows(system: System) -> None:
    await system.start_worker()
    plain = await _story(system)
    async with Echo(system.amqp_url) as echo:
        repeated = await _story(system)

    assert {exchange for exchange, _, _ in echo.heard} == {topology.COMMANDS, topology.EVENTS}
    assert repeated == plain


async def test_messages_replayed_in_any_order_change_no_row(system: System) -> None:
    await system.start_worker()
    async with Echo(system.amqp_url) as echo:
        await _story(system)
        before = await system.rows()
        await echo.replay(times=3, seed=11)
        last = await system.submit("Write about the end")  # behind all of them in every queue
        after = await system.check(last)

    assert after.of(before.jobs) == before


async def _story(system: System) -> list[dict[str, Any]]:
    """Jobs with every kind of fate, the same each time: what the rows tell of them, but for ids and times."""
    await system.provider.behaves(
        fail=[
            {"match": "a storm", "status": 400},
            {"match": "a shower", "status": 500, "times": 2},
            {"match": "a fog", "kind": "rate_limited", "retry_after": 0.5, "times": 2},
        ]
    )
    weather = [f"Write about {what}" for what in ("a storm", "a shower", "a fog")]
    ids = await system.submit(*weather, *(f"Write about cloud {n}" for n in range(PLAIN)))
    ids += await system.submit("Write about tomorrow", run_at="2999-01-01T00:00:00Z")
    async with system.client() as http:
        assert (await http.post(f"/v1/jobs/{ids[-1]}/cancel")).status_code == 200
    rows = await system.check(ids)
    return [_told(rows, id_) for id_ in ids]


def _told(rows: Rows, id_: UUID) -> dict[str, Any]:
    job, run = rows.jobs[id_], rows.runs.get(id_)
    return {
        "job": (job.status, job.attempt, job.out, job.claim, job.n, job.version, job.error, job.usage, job.result),
        "log": [(entry.status, entry.attempt) for entry in rows.log[id_]],
        "run": run and (run.state, run.attempt, run.claim, run.n, run.claims, run.error, run.usage, run.result),
        "calls": [(call.attempt, call.claim, call.outcome, call.usage) for call in rows.calls.get(id_, [])],
    }
