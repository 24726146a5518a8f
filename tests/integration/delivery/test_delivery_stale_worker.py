"""A worker that is stopped past its lease and wakes up: its writes are refused, and what it spent still counts."""

import signal
from uuid import UUID

from integration.delivery.processes import Process, eventually
from integration.delivery.rows import Call
from integration.delivery.system import SHORT_LEASE, System

STALE_TOKENS, FRESH_TOKENS = 15, 45
"""To tell the answers apart."""
NO_RENEWAL = SHORT_LEASE | {"renew_seconds": 60}
"""So that the sleeper learns from its refused write that it lost its claim, and not from a renewal before that."""


async def test_a_stale_outcome_is_refused_after_another_worker_finished(system: System) -> None:
    sleeper, id_ = await _asleep_in_a_call(system)
    await system.provider.behaves(tokens=FRESH_TOKENS)
    await system.start_worker("generator-2")
    await system.is_(id_, "completed")
    before = await system.shown(id_)

    sleeper.signal(signal.SIGCONT)
    await _is_settled(system, id_, call=0)

    await _the_fresh_answer_stands_and_both_are_paid(system, id_)
    assert (await system.shown(id_))["content"] == before["content"]


async def test_a_stale_outcome_is_refused_while_another_worker_is_in_its_call(system: System) -> None:
    sleeper, id_ = await _asleep_in_a_call(system)
    await system.provider.behaves(tokens=FRESH_TOKENS, latency_ms=8_000)
    await system.start_worker("generator-2")
    await _is_sent(system, id_, calls=2)

    sleeper.signal(signal.SIGCONT)
    await _is_settled(system, id_, call=0)
    assert await system.status(id_) == "processing"

    await _the_fresh_answer_stands_and_both_are_paid(system, id_)


async def test_a_worker_that_wakes_up_closes_the_call_of_a_run_that_it_lost(system: System) -> None:
    sleeper, id_ = await _asleep_in_a_call(system, latency_ms=120_000, **SHORT_LEASE)
    await system.provider.behaves()
    await system.start_worker("generator-2")
    await system.is_(id_, "completed")
    assert len(await system.provider.calls("in_flight")) == 1

    sleeper.signal(signal.SIGCONT)  # and its next renewal tells

    async def is_closed() -> bool:
        return not await system.provider.calls("in_flight")

    await eventually(is_closed, "the call is closed")
    rows = await system.check([id_])
    stale, fresh = rows.calls[id_]
    assert (stale.outcome, stale.possible_double_charge) == ("unknown", True)
    assert (fresh.outcome, fresh.possible_double_charge) == ("answered", False)


async def _asleep_in_a_call(system: System, latency_ms: float = 1_500, **settings: float) -> tuple[Process, UUID]:
    """A worker that was stopped while the provider worked for it; nobody will have its answer before SIGCONT."""
    await system.provider.behaves(tokens=STALE_TOKENS, latency_ms=latency_ms)
    sleeper = await system.start_worker("generator-1", **(settings or NO_RENEWAL))
    [id_] = await system.submit("Write about sleep")
    await system.provider.in_flight(1)
    sleeper.signal(signal.SIGSTOP)
    return sleeper, id_


async def _is_sent(system: System, id_: UUID, calls: int) -> None:
    async def are_sent() -> bool:
        return len((await system.rows()).calls.get(id_, [])) == calls

    await eventually(are_sent, f"{calls} calls were sent")


async def _is_settled(system: System, id_: UUID, call: int) -> None:
    """Wait until the cost of the job's call is known."""

    async def is_known() -> bool:
        return (await system.rows()).calls[id_][call].outcome == "answered"

    await eventually(is_known, "the stale call is settled")


async def _the_fresh_answer_stands_and_both_are_paid(system: System, id_: UUID) -> None:
    rows = await system.check([id_])
    stale, fresh = rows.calls[id_]
    assert (_tokens(stale), _tokens(fresh)) == (STALE_TOKENS, FRESH_TOKENS)
    assert (stale.possible_double_charge, fresh.possible_double_charge) == (True, False)
    run = rows.runs[id_]
    assert (run.holder, run.claim, run.state) == ("generator-2", 2, "completed")
    usage = (await system.shown(id_))["usage"]
    assert (usage["calls"], usage["output_tokens"]) == (2, STALE_TOKENS + FRESH_TOKENS)


def _tokens(call: Call) -> int:
    return (call.usage or {}).get("output_tokens", 0)
