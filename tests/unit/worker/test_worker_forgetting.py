"""How a worker forgets runs of jobs that the ledger has deleted."""

import pytest

from pressroom_common.contracts import FinishedRun, ForgetRuns
from pressroom_common.ids import uuid7
from protocol.runs import EPOCH, RunTable
from unit.worker.workshop import JOB, Shop, at_once, soon


@pytest.fixture
def table() -> RunTable:
    return RunTable(cap=3)


def forgetting(attempt: int = 1, n: int = 2) -> ForgetRuns:
    run = FinishedRun(job_id=JOB, attempt=attempt, n=n)
    return ForgetRuns(id=uuid7(), source="gateway-1", time=EPOCH, runs=(run,))


async def test_a_finished_run_is_forgotten_with_its_calls(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    assert table.calls
    await shop.worker.forget(forgetting())
    assert (table.rows, table.calls) == ({}, {})


async def test_being_told_twice_is_the_same_as_once(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    for _ in range(2):
        await shop.worker.forget(forgetting())
    assert table.rows == {}


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_a_database_that_is_away_is_waited_for(table: RunTable, fault: str) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    shop.runs.fail("forget", fault)  # type: ignore[arg-type]
    await shop.worker.forget(forgetting())
    assert table.rows == {}


async def test_a_run_that_has_gone_on_since_is_kept(table: RunTable) -> None:
    shop = Shop(table, at_once())
    await soon(shop.take())
    await shop.worker.forget(forgetting(n=1))
    await soon(shop.take(attempt=2))
    await shop.worker.forget(forgetting(attempt=1, n=99))
    assert (shop.row.attempt, shop.row.state) == (2, "completed")


async def test_a_late_copy_of_the_command_begins_no_new_run(table: RunTable) -> None:
    shop = Shop(table, at_once())
    command = shop.command()
    await shop.worker.run(command)
    table.pass_time(24 * 3600 + 1)
    await shop.worker.forget(forgetting())
    await shop.worker.run(command)
    assert table.rows == {}
