"""Wiring, and nothing else."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from pressroom_common.database import Database, create_engine
from pressroom_common.internal_http import Check, internal_app
from pressroom_common.telemetry import Metrics

from .accounts.authentication import Authenticator
from .accounts.last_used import LastUsed
from .accounts.repository import PostgresAccounts
from .accounts.service import AccountService
from .http_metrics import HttpMetrics
from .migrations import SCHEMA
from .public_http import public_app
from .settings import Settings


@dataclass(frozen=True)
class Gateway:
    """Two applications of one process."""

    public: FastAPI
    internal: FastAPI


def create_app(settings: Settings) -> Gateway:
    metrics = Metrics()
    database = Database(create_engine(settings, SCHEMA.name))
    pepper = settings.key_pepper.get_secret_value().encode()

    accounts = PostgresAccounts(database)
    used = LastUsed(accounts, settings.key_touch_seconds)
    authenticator = Authenticator(
        accounts, pepper, used, seconds=settings.key_cache_seconds, size=settings.key_cache_size
    )

    checks: Mapping[str, Check] = {"database": database.ping}
    background = [closing(database), used.running()]
    public = public_app(settings, HttpMetrics(metrics), checks, lifespan=lambda _: running(background))
    public.state.authenticator = authenticator
    public.state.accounts = AccountService(accounts, pepper)
    return Gateway(public, internal_app(metrics, checks))


@asynccontextmanager
async def running(background: Sequence[AbstractAsyncContextManager[None]]) -> AsyncIterator[None]:
    """Starts the parts in the order given and stops them in the opposite one."""
    async with AsyncExitStack() as stack:
        for part in background:
            await stack.enter_async_context(part)
        yield


@asynccontextmanager
async def closing(database: Database) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await database.close()
