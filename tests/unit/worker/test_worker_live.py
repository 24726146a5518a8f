"""What those who follow a run are told of its course, by the worker that has it."""

import asyncio
from typing import Any

from msgspec import Raw

from pressroom_common.contracts import FollowJobs
from pressroom_common.ids import uuid7
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import JobFailed, Run
from pressroom_common.worker.control import Controls
from pressroom_common.worker.measures import WorkerMetrics
from pressroom_common.worker.restart import Restart
from protocol.runs import EPOCH, RunTable
from unit.worker.workshop import JOB, RESULT, Shop, Work, at_once, settled, soon

PACE = 0.08
"""Seconds after which a message has left, whatever left before."""


async def writing(run: Run) -> Raw:
    """A handler that writes a text while somebody follows it."""
    run.feed.enter("calling_model")
    if run.feed.followed:
        run.feed.text("Tea ")
        run.feed.text("is warm")
    return RESULT


async def failing(run: Run) -> Raw:
    await writing(run)
    raise JobFailed("provider_failed", "It broke.", "transient")


def told(shop: Shop) -> list[tuple[str, str, int, str]]:
    return [(gateway, run.stage, run.offset, run.text) for gateway, run in shop.events.live_runs]


async def test_the_gateway_that_the_command_names_hears_of_its_run() -> None:
    shop = Shop(RunTable(), writing)
    await soon(shop.take(follower="gateway-1"))
    await settled()
    texts = "".join(text for _, _, _, text in told(shop))
    assert (texts, {gateway for gateway, *_ in told(shop)}) == ("Tea is warm", {"gateway-1"})
    [claims] = {(run.job_id, run.attempt, run.claim) for _, run in shop.events.live_runs}
    assert claims == (JOB, 1, 1)


async def test_a_run_that_nobody_follows_is_told_to_nobody() -> None:
    shop = Shop(RunTable(), writing)
    await soon(shop.take())
    await settled()
    assert told(shop) == []


async def test_saving_is_told_of_what_was_completed_alone() -> None:
    for handler, saved in ((writing, True), (failing, False)):
        shop = Shop(RunTable(), handler)
        await soon(shop.take(follower="gateway-1"))
        await asyncio.sleep(PACE)
        assert ("saving" in [stage for _, stage, _, _ in told(shop)]) == saved


async def test_a_word_of_control_follows_what_is_run_here() -> None:
    shop = Shop(RunTable(), work := Work())
    task = shop.take()
    await work.reached.wait()
    controls = Controls("generator-1", shop.worker, lambda: None, Restart(WorkerMetrics(Metrics()), lambda: None))
    envelope: dict[str, Any] = {"id": uuid7(), "source": "gateway-2", "time": EPOCH}
    controls.obey(FollowJobs(**envelope, job_ids=(JOB,), anew=(JOB,)))
    await settled()
    assert told(shop) == [("gateway-2", "preparing", 0, "")]
    work.may_go_on.set()
    await soon(task)


async def test_of_a_run_that_is_over_nothing_more_is_told() -> None:
    shop = Shop(RunTable(), writing)
    await soon(shop.take())
    shop.worker.following.follow(FollowJobs(id=uuid7(), source="gateway-2", time=EPOCH, job_ids=(JOB,), anew=(JOB,)))
    await asyncio.sleep(PACE)
    assert told(shop) == []


async def test_what_a_broker_that_is_away_was_not_told_costs_the_run_nothing() -> None:
    shop = Shop(RunTable(), at_once())
    shop.events.away = True
    task = shop.take(follower="gateway-1")
    await settled()
    assert shop.row.state == "completed"
    shop.events.away = False
    await soon(task)
