"""What becomes of a command, with run tables and events in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from msgspec import Raw

from pressroom_common.contracts import JobError, RunState
from pressroom_common.worker import JobFailed, Run, Snoozed
from protocol.runs import RunTable, broken
from unit.worker.workshop import JOB, RESULT, USED, Shop, Work, at_once, settled, soon


@pytest.fixture
def table() -> RunTable:
    return RunTable(cap=3)


async def test_a_command_is_run_its_outcome_committed_and_told(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    assert (shop.row.state, bytes(shop.row.result or b"")) == ("completed", bytes(RESULT))
    assert shop.row.usage == {"model": USED}
    assert shop.told == ["running", "completed"]
    assert shop.worker.done == 1
    assert shop.worker.holds() == ()


async def test_it_is_acked_last(table: RunTable) -> None:
    """Until the outcome is told nothing is acked: the broker would deliver the command to somebody else."""
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    shop.events.away = True
    work.may_go_on.set()
    await settled()
    assert shop.row.state == "completed"
    assert not task.done()
    shop.events.away = False
    await soon(task)
    assert shop.told == ["running", "completed"]


async def test_a_redelivered_command_does_not_call_the_model_again(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    await soon(shop.take())
    await soon(shop.take(dispatch=2))
    assert work.begun == 1
    assert shop.told == ["running", "completed", "completed"]
    assert len({snapshot.id for snapshot in shop.events.told[1:]}) == 1


async def test_a_run_that_another_process_holds_is_told_and_left_alone(table: RunTable) -> None:
    holder = Shop(table, held := Work())
    other = Shop(table, work := Work(), "generator-2")
    task = holder.take()
    await held.reached.wait()
    await soon(other.take())
    assert (work.begun, other.told) == (0, ["running"])
    held.may_go_on.set()
    await soon(task)


async def test_two_deliveries_of_a_command_to_one_process_are_one_run(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    first = shop.take()
    await work.reached.wait()
    await soon(shop.take())
    work.may_go_on.set()
    await soon(first)
    assert work.begun == 1


async def test_a_command_of_yesterday_begins_nothing_and_is_acked(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    await soon(shop.take(not_after=table.now))
    assert (work.begun, shop.told, table.rows) == (0, [], {})


def raising(error: Exception) -> Callable[[Run], Awaitable[Raw]]:
    async def work(_run: Run) -> Raw:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (JobFailed("provider_failed", "It failed.", "transient"), "failed", "provider_failed"),
        (Snoozed(30, broken("provider_rate_limited")), "snoozed", "provider_rate_limited"),
        (ValueError("a bug"), "failed", "internal"),
        (TimeoutError(), "failed", "internal"),
    ],
)
async def test_how_a_handler_ends_is_how_the_run_ends(
    table: RunTable, error: Exception, state: RunState, code: str
) -> None:
    shop = Shop(table, raising(error))
    await soon(shop.take())
    assert shop.row.state == state
    assert shop.row.error is not None
    assert shop.row.error.code == code
    assert shop.told[-1] == state


async def test_a_snooze_counts_no_claim_and_ends_at_its_time(table: RunTable) -> None:
    shop = Shop(table, raising(Snoozed(30, broken())))
    await soon(shop.take())
    assert shop.row.claims == 0
    table.pass_time(29)
    await soon(shop.take(dispatch=2))
    assert shop.row.claim == 1
    table.pass_time(2)
    await soon(shop.take(dispatch=3))
    assert shop.row.claim == 2


async def test_a_kind_that_nobody_knows_fails_for_good(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take(kind="generation.unheard-of"))
    assert shop.row.error is not None
    assert (shop.row.error.code, shop.row.error.error_class) == ("unknown_kind", "permanent")


async def test_a_step_that_is_kept_is_not_bought_again(table: RunTable) -> None:
    bought: list[str] = []

    async def work(run: Run) -> Raw:
        for name in ("headings", "text"):
            await run.step(name, partial(buy, run, name))
        return RESULT

    async def buy(run: Run, name: str) -> Raw:
        bought.append(name)
        async with run.call(name, "model") as call:
            call.settle("answered", USED)
        if bought.count("text") == 1 and name == "text":
            raise JobFailed("provider_failed", "It failed.", "transient")
        return Raw(b'"%s"' % name.encode())

    shop = Shop(table, work)
    await soon(shop.take())
    assert shop.row.state == "failed"
    await soon(shop.take(attempt=2, dispatch=2))
    assert (shop.row.state, bought) == ("completed", ["headings", "text", "text"])
    assert shop.row.usage["model"].calls == 3


async def test_a_call_that_a_dead_worker_left_open_is_counted_as_lost(table: RunTable) -> None:
    dead = Shop(table, held := Work())
    task = dead.take()
    await held.reached.wait()
    task.cancel()
    table.pass_time(16)
    other = Shop(table, at_once(), "generator-2")
    await soon(other.take())
    assert other.row.state == "completed"
    assert (other.row.usage["model"].calls, other.row.usage["model"].unknown_calls) == (2, 1)


async def test_a_job_that_kills_every_worker_ends(table: RunTable) -> None:
    for turn in range(table.cap):
        doomed = Shop(table, held := Work(), f"generator-{turn}")
        doomed.take()
        await held.reached.wait()
        table.pass_time(16)
    last = Shop(table, work := at_once(), "generator-9")
    await soon(last.take())
    assert (work.begun, last.told) == (0, ["failed"])
    assert last.row.error is not None
    assert last.row.error.code == "worker_lost"
    assert last.row.usage["model"].unknown_calls == table.cap


async def test_held_leases_are_renewed_whatever_the_length_of_the_call(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    for _ in range(5):
        table.pass_time(10)
        await shop.worker.renew()
    await shop.worker.sweep()
    assert (shop.row.state, shop.row.n) == ("running", 1)
    work.may_go_on.set()
    await soon(task)


async def test_who_lost_his_run_stops_and_writes_nothing_but_the_cost(table: RunTable) -> None:
    sleeper, other = Shop(table, held := Work()), Shop(table, taken := Work(), "generator-2")
    task = sleeper.take()
    await held.reached.wait()
    table.pass_time(16)
    second = other.take()
    await taken.reached.wait()
    await sleeper.worker.renew()
    await soon(task)
    assert (held.cut_off, sleeper.worker.holds()) == (1, ())
    assert (other.row.state, other.row.claim, other.row.holder) == ("running", 2, "generator-2")
    taken.may_go_on.set()
    await soon(second)
    assert other.row.usage["model"].calls == 2


async def test_the_answer_of_a_call_that_counted_as_lost_replaces_the_guess(table: RunTable) -> None:
    sleeper, other = Shop(table, held := Work()), Shop(table, at_once(), "generator-2")
    task = sleeper.take()
    await held.reached.wait()
    table.pass_time(16)
    await soon(other.take())
    held.may_go_on.set()
    await soon(task)
    assert other.row.state == "completed"
    usage = other.row.usage["model"]
    assert (usage.calls, usage.unknown_calls, usage.output_tokens) == (2, 0, 14)
    assert sleeper.told[-1] == "completed"


async def test_a_run_that_was_orphaned_too_early_is_won_back_and_told(table: RunTable) -> None:
    shop, other = Shop(table, work := Work()), Shop(table, at_once(), "generator-2")
    task = shop.take()
    await work.reached.wait()
    table.pass_time(16)
    await other.worker.sweep()
    await shop.worker.renew()
    assert (other.told, shop.told) == (["orphaned"], ["running", "running"])
    assert (shop.row.claim, shop.row.n) == (1, 3)
    work.may_go_on.set()
    await soon(task)


async def test_an_orphan_is_told_at_every_sweep_until_somebody_takes_it(table: RunTable) -> None:
    dead, other = Shop(table, work := Work()), Shop(table, at_once(), "generator-2")
    dead.take()
    await work.reached.wait()
    table.pass_time(16)
    for _ in range(3):
        await other.worker.sweep()
    assert other.told == ["orphaned"] * 3
    await soon(other.take(dispatch=2))
    await other.worker.sweep()
    assert other.told[3:] == ["running", "completed"]


async def test_a_process_ends_the_leases_of_the_dead_one_whose_name_it_bears(table: RunTable) -> None:
    dead = Shop(table, work := Work())
    dead.take()
    await work.reached.wait()
    heir, stranger = Shop(table, at_once()), Shop(table, at_once(), "generator-2")
    await stranger.worker.end_predecessor()
    assert stranger.told == []
    await heir.worker.end_predecessor()
    assert heir.told == ["orphaned"]
    await soon(heir.take(dispatch=2))
    assert heir.row.state == "completed"


async def test_a_drain_lets_runs_finish_in_time(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    draining = asyncio.create_task(shop.worker.drain(5))
    await settled()
    assert shop.worker.draining
    work.may_go_on.set()
    await soon(draining)
    assert task.done()
    assert shop.row.state == "completed"


async def test_a_drain_hands_back_what_takes_too_long_and_counts_no_claim(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    await shop.worker.drain(0.01)
    await soon(task)
    assert (shop.row.state, shop.row.claims, work.cut_off) == ("orphaned", 0, 1)
    assert shop.told[-1] == "orphaned"
    assert shop.row.usage["model"].unknown_calls == 1
    other = Shop(table, at_once(), "generator-2")
    await soon(other.take(dispatch=2))
    assert other.row.state == "completed"


async def test_a_claim_whose_answer_was_lost_is_left_to_its_lease(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    shop.runs.fail("claim", "after")
    await soon(shop.take())
    assert (work.begun, shop.told, shop.row.state) == (0, ["running"], "running")
    table.pass_time(16)
    await shop.worker.sweep()
    await soon(shop.take(dispatch=2))
    assert shop.row.state == "completed"


async def test_an_outcome_whose_answer_was_lost_is_told_from_its_row(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    shop.runs.fail("conclude", "after")
    await soon(shop.take())
    assert (work.begun, shop.told) == (1, ["running", "completed"])
    assert (shop.row.n, shop.row.usage) == (2, {"model": USED})


@pytest.mark.parametrize("operation", ["claim", "record_calls", "conclude"])
async def test_while_the_database_is_away_the_work_is_kept_and_done_later(table: RunTable, operation: str) -> None:
    shop = Shop(table, work := at_once())
    shop.runs.fail(operation, "before", "before")
    await soon(shop.take())
    assert (work.begun, shop.row.state, shop.row.attempt, shop.row.claims) == (1, "completed", 1, 1)
    assert len(table.calls) == 1


async def test_a_call_whose_record_was_confirmed_late_is_sent_once(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    shop.runs.fail("record_calls", "after")
    await soon(shop.take())
    assert (work.begun, len(table.calls), shop.row.state) == (1, 1, "completed")


async def test_a_connection_that_breaks_does_not_stop_the_run_that_it_delivered(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    delivery = shop.take()
    await work.reached.wait()
    delivery.cancel()
    await settled()
    assert work.cut_off == 0
    work.may_go_on.set()
    await settled()
    assert (shop.row.state, shop.told) == ("completed", ["running", "completed"])


async def test_a_process_tells_what_it_holds(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    assert [(hold.job_id, hold.claim) for hold in shop.worker.holds()] == [(JOB, 1)]
    work.may_go_on.set()
    await soon(task)
    assert shop.worker.holds() == ()


async def test_a_start_that_cannot_be_told_holds_nobody_up(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    shop.events.away = True
    task = shop.take()
    await work.reached.wait()
    await settled()
    shop.events.away = False
    work.may_go_on.set()
    await soon(task)
    assert shop.told == ["completed"]


async def test_a_failed_attempt_says_why_to_the_ledger(table: RunTable) -> None:
    shop = Shop(table, raising(JobFailed("provider_failed", "The provider failed.", "transient")))
    await soon(shop.take())
    assert shop.events.told[-1].error == JobError(
        code="provider_failed", detail="The provider failed.", error_class="transient"
    )
