"""A gateway that asks a monitor and tells workers; who asks it is made up."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import uvicorn
from fastapi import FastAPI

from integration.monitor.gateway import SECRET
from pressroom_common.broker import Publisher
from pressroom_common.ids import uuid7
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.main import create_app
from pressroom_gateway.operations.commands import RabbitControl
from pressroom_gateway.operations.service import WorkerControl
from pressroom_gateway.settings import Settings

NOWHERE = "http://127.0.0.1:9"


class Roles:
    """In place of API keys: the bearer's name is its role."""

    async def authenticate(self, authorization: str | None) -> Principal:
        role = Role((authorization or "").removeprefix("Bearer "))
        return Principal(uuid7(), uuid7(), "a key", role, SCOPES[role], datetime.now(UTC))


@asynccontextmanager
async def gateway_of(
    monitor_url: str, secret: str = SECRET, seconds: float = 3.0, publisher: Publisher | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """The public application; nothing of it but the monitor's client is started. `publisher`: for orders to workers."""
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
    if publisher is not None:
        control = WorkerControl(public.state.monitor, RabbitControl(publisher), settings.name)
        public.state.worker_control = control
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
