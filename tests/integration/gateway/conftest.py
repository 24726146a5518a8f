"""The gateway's real application, two replicas of it, over a real PostgreSQL, spoken to by HTTP."""

import asyncio
import socket
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from integration.gateway.clients import Clients, Tenant
from pressroom_common.migrations.runner import migrate
from pressroom_common.serving import server
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_gateway.main import create_app
from pressroom_gateway.migrations import SCHEMA
from pressroom_gateway.operator_commands import create_key
from pressroom_gateway.settings import Settings

_HOST = "127.0.0.1"


@pytest.fixture(scope="session")
def gateway_settings(infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A migrated database of the gateway's own, as the gateway's role."""
    owner = infrastructure.fresh_database("gateway")
    service = make_url(owner).set(username="gateway_http", password="gateway-http")
    service_url = service.render_as_string(hide_password=False)
    migrate(SCHEMA, owner, service_url)
    return Settings(
        database_url=SecretStr(service_url),
        amqp_url=SecretStr(infrastructure.fresh_vhost("gateway")),
        key_pepper=SecretStr("pepper-of-the-tests-" * 2),
        service_token_secret=SecretStr("service-token-secret-of-the-tests"),
        monitor_url="http://127.0.0.1:9",
        storage_dir=str(tmp_path_factory.mktemp("storage")),
        key_touch_seconds=0.2,
        rate_limit_per_second=0,
        failed_key_per_second=0,
    )


@pytest.fixture(scope="session")
async def clients(gateway_settings: Settings) -> AsyncIterator[Clients]:
    """For tenants, keys and requests; `clients.replicas` names both replicas."""
    wish = Namespace(tenant="operations", tenant_name=None, role="super-admin", name="owner", days=None)
    admin_key = await asyncio.to_thread(create_key, gateway_settings, wish)
    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(serving(gateway_settings)) for _ in range(2)]
        yield await stack.enter_async_context(Clients(replicas, admin_key))


@pytest.fixture
async def tenant(clients: Clients) -> Tenant:
    """A tenant that no other test knows."""
    return await clients.tenant()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Origin of a replica on a free port."""
    listener = socket.create_server((_HOST, 0))
    port = listener.getsockname()[1]
    replica = server(create_app(settings).public, _HOST, port, shutdown_seconds=1)
    task = asyncio.create_task(replica.serve([listener]))  # requests that come before it is up wait in the backlog
    try:
        yield f"http://{_HOST}:{port}"
    finally:
        replica.should_exit = True
        await task


@pytest.fixture(scope="session")
def stored(gateway_settings: Settings) -> Callable[..., Awaitable[asyncpg.Record]]:
    """A look behind the API: the first row of a query."""

    async def first_row(query: str, *values: object) -> asyncpg.Record:
        connection = await asyncpg.connect(gateway_settings.database_url.get_secret_value())
        try:
            return await connection.fetchrow(query, *values)
        finally:
            await connection.close()

    return first_row
