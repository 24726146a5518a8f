"""Two gateways whose schedules are swept, over a real PostgreSQL, beside a zuora-sync that a test directs."""

import asyncio
import socket
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from integration.gateway.clients import Clients, Tenant
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble
from pressroom_common.migrations.runner import migrate
from pressroom_common.serving import server
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.main import create_app
from pressroom_gateway.migrations import SCHEMA
from pressroom_gateway.operator_commands import create_key
from pressroom_gateway.settings import Settings

_HOST = "127.0.0.1"
_SECRET = "service-token-secret-of-the-tests"


@pytest.fixture(scope="session")
async def served_double() -> AsyncIterator[tuple[ZuoraSyncDouble, str]]:
    double = ZuoraSyncDouble(_SECRET)
    async with serving(double.app) as origin:
        yield double, origin


@pytest.fixture
def zuora_sync(served_double: tuple[ZuoraSyncDouble, str]) -> Iterator[ZuoraSyncDouble]:
    double, _ = served_double
    double.heard.clear()
    double.most_at_once = 0
    yield double
    double.answers.clear()
    double.delay, double.delayed = 0.0, ""


@pytest.fixture(scope="session")
def zuora_gateway_settings(infrastructure: Infrastructure, served_double: tuple[ZuoraSyncDouble, str]) -> Settings:
    owner = infrastructure.fresh_database("zuora_gateway")
    service = make_url(owner).set(username="zuora_gateway", password="zuora-gateway")
    service_url = service.render_as_string(hide_password=False)
    migrate(SCHEMA, owner, service_url)
    return Settings(
        database_url=SecretStr(service_url),
        amqp_url=SecretStr(infrastructure.fresh_vhost("zuora_gateway")),
        key_pepper=SecretStr("pepper-of-the-tests-" * 2),
        service_token_secret=SecretStr(_SECRET),
        monitor_url="http://127.0.0.1:9",
        zuora_sync_url=served_double[1],
        zuora_sync_seconds=1.0,
        schedule_sweep_seconds=0.05,
        rate_limit_per_second=0,
        failed_key_per_second=0,
    )


@pytest.fixture(scope="session")
async def clients(zuora_gateway_settings: Settings) -> AsyncIterator[Clients]:
    wish = Namespace(tenant="operations", tenant_name=None, role="super-admin", name="owner", days=None)
    admin_key = await asyncio.to_thread(create_key, zuora_gateway_settings, wish)
    async with AsyncExitStack() as stack:
        replicas = [
            await stack.enter_async_context(serving(create_app(zuora_gateway_settings).public)) for _ in range(2)
        ]
        yield await stack.enter_async_context(Clients(replicas, admin_key))


@pytest.fixture
async def tenant(clients: Clients) -> Tenant:
    return await clients.tenant()


@pytest.fixture
async def rows(zuora_gateway_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The gateway's own tables."""
    connection = await asyncpg.connect(zuora_gateway_settings.database_url.get_secret_value())
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Its origin, on a free port."""
    listener = socket.create_server((_HOST, 0))
    port = listener.getsockname()[1]
    replica = server(app, _HOST, port, shutdown_seconds=1)
    task = asyncio.create_task(replica.serve([listener]))  # requests that come before it is up wait in the backlog
    try:
        yield f"http://{_HOST}:{port}"
    finally:
        replica.should_exit = True
        await task
