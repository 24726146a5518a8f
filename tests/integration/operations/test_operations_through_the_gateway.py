"""Super-admins read the monitor through the gateway. The monitor is real; who asks is made up."""

import asyncio

import httpx2
import pytest
from fastapi import FastAPI

from integration.monitor.process import RunningMonitor
from integration.operations.gateways import NOWHERE, as_, gateway_of, listening
from pressroom_common.reads import Stats, Workers
from unit.monitor.events import heartbeat, transition, transitions

PATHS = ("/v1/admin/stats", "/v1/admin/workers")


async def test_stats_and_workers_are_the_monitors(monitor: RunningMonitor) -> None:
    await monitor.tell(transitions(transition("pending", 1)), heartbeat())
    await monitor.folded("SELECT count(*) FROM workers", 1)
    async with listening(monitor.app) as url, gateway_of(url) as http:
        stats = Stats.model_validate((await http.get("/v1/admin/stats", headers=as_("super-admin"))).json())
        workers = Workers.model_validate((await http.get("/v1/admin/workers", headers=as_("super-admin"))).json())
    assert (stats.workers.alive, stats.jobs.by_status) == (1, {"pending": 1})
    assert [worker.name for worker in workers.items] == ["generator-1"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["viewer", "editor", "tenant-admin"])
async def test_others_are_refused(path: str, role: str) -> None:
    async with gateway_of(NOWHERE) as http:
        assert (await http.get(path, headers=as_(role))).status_code == 403


@pytest.mark.parametrize("path", PATHS)
async def test_while_the_monitor_is_away_the_answer_says_so(path: str) -> None:
    async with gateway_of(NOWHERE) as http:
        await assert_unavailable(http, path)


async def assert_unavailable(http: httpx2.AsyncClient, path: str = PATHS[0]) -> None:
    answer = await http.get(path, headers=as_("super-admin"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "monitor" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0


async def test_a_monitor_that_hangs_is_waited_for_so_long_and_no_longer() -> None:
    app = FastAPI()

    @app.get("/internal/stats")
    async def _() -> None:
        await asyncio.sleep(60)

    async with listening(app) as url, gateway_of(url, seconds=0.2) as http, asyncio.timeout(5):
        await assert_unavailable(http)


async def test_with_another_secret_the_monitor_is_as_good_as_away(monitor: RunningMonitor) -> None:
    async with listening(monitor.app) as url, gateway_of(url, secret="of another deployment" * 2) as http:
        await assert_unavailable(http)
