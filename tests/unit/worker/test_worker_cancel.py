"""How a cancel, or a release, reaches a run, with run tables and events in memory."""

import pytest

from pressroom_common.contracts import ReleaseRun
from protocol.runs import RunTable
from unit.worker.workshop import JOB, Shop, Work, at_once, settled, soon


@pytest.fixture
def table() -> RunTable:
    return RunTable(cap=3)


async def test_a_cancel_ends_the_run_and_cuts_its_call_off(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    await shop.worker.cancel(shop.directive())
    await soon(task)
    assert (shop.row.state, shop.row.cancelled_by, work.cut_off) == ("cancelled", "request", 1)
    assert shop.row.usage["model"].unknown_calls == 1
    assert shop.told[-1] == "cancelled"


async def test_a_cancel_that_another_process_takes_reaches_the_holder_by_control(table: RunTable) -> None:
    holder, other = Shop(table, work := Work()), Shop(table, at_once(), "generator-2")
    task = holder.take()
    await work.reached.wait()
    await other.worker.cancel(other.directive())
    [release] = other.events.controls
    assert isinstance(release, ReleaseRun)
    holder.worker.release(release)
    await soon(task)
    assert work.cut_off == 1


async def test_a_release_of_an_earlier_claim_disturbs_nobody(table: RunTable) -> None:
    shop = Shop(table, work := Work())
    task = shop.take()
    await work.reached.wait()
    shop.worker.release(ReleaseRun(id=JOB, source="", time=table.now, job_id=JOB, attempt=1, claim=shop.row.claim))
    await settled()
    assert work.cut_off == 0
    work.may_go_on.set()
    await soon(task)
    assert shop.row.state == "completed"


async def test_a_cancel_before_the_command_leaves_a_tombstone(table: RunTable) -> None:
    shop = Shop(table, work := at_once())
    await shop.worker.cancel(shop.directive())
    await soon(shop.take())
    assert (work.begun, shop.told) == (0, ["cancelled", "cancelled"])


async def test_a_cancel_of_what_completed_first_tells_that_it_did(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    await shop.worker.cancel(shop.directive())
    assert (shop.row.state, shop.told[-1]) == ("completed", "completed")
    assert shop.events.controls == []
