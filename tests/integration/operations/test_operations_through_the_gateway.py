"""Super-admins read the monitor through the gateway. The monitor is real; who asks is made up."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from integration.monitor.gateway import SECRET
from integration.monitor.process import RunningMonitor
from pressroom_common.ids import uuid7
from pressroom_common.reads import Stats, Workers
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.main import create_app
from pressroom_gateway.settings import Settings
from unit.monitor.events import heartbeat, transition, transitions

PATHS = ("/v1/admin/stats", "/v1/admin/workers")
NOWHERE = "http://127.0.0.1:9"


class Roles:
    """In place of API keys: the bearer's name is its role."""

    async def authenticate(self, authorization: str | None) -> Principal:
        role = Role((authorization or "").removeprefix("Bearer "))
        return Principal(uuid7(), uuid7(), "a key", role, SCOPES[role])


@asynccontextmanager
async def gateway_of(monitor_url: str, secret: str = SECRET, seconds: float = 3.0) -> AsyncIterator[httpx2.AsyncClient]:
    """The public application; nothing of it but the monitor's client is started."""
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:9/nothing",
        amqp_url="amqp://nobody@127.0.0.1:9/",
        key_pepper="pepper" * 8,
        service_token_secret=secret,
        monitor_url=monitor_url,
        monitor_seconds=seconds,
    )
    public = create_app(settings).public
    public.state.authenticator = Roles()
    async with (
        public.state.monitor.running(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=public), base_url="http://gateway") as http,
    ):
        yield http


def as_(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}"}


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """Origin of an application that runs already."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve([listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task


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
