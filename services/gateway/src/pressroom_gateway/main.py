"""Wiring, and nothing else."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.datastructures import State

from pressroom_common.broker import Publisher
from pressroom_common.database import Database
from pressroom_common.internal_http import Check, internal_app
from pressroom_common.telemetry import Metrics

from .accounts.authentication import Authenticator
from .accounts.gate import Gate
from .accounts.last_used import LastUsed
from .accounts.limits import buckets
from .accounts.repository import PostgresAccounts
from .accounts.service import AccountService
from .articles.wiring import offer_articles
from .audit.repository import PostgresTrail
from .audit.service import Audit
from .batches.wiring import create_batches, offer_batches, running_batches
from .content.pages.repository import PostgresPages
from .content.pages.service import PageService
from .content.prompts.repository import PostgresPrompts
from .content.prompts.service import PromptService
from .content.repository import PostgresSources
from .content.service import ContentService
from .features.service import FeatureFlags
from .features.wiring import create_features, running_features
from .http_metrics import HttpMetrics
from .ledger import internal_http as ledger_internal
from .ledger.generations import GenerationService
from .ledger.wiring import LedgerParts, create_ledger, running_ledger
from .live.measures import LiveMetrics
from .live.wiring import create_live, offer_live, running_live
from .migrations import SCHEMA
from .operations.commands import RabbitControl
from .operations.monitor_client import MonitorClient
from .operations.service import WorkerControl
from .parking.service import Parking
from .parking.wiring import create_parking, running_parking
from .public_http import public_app
from .retention.wiring import create_retention, running_retention
from .schedules.wiring import ScheduleParts, create_schedules, offer_schedules, running_schedules
from .settings import Settings
from .zuora.wiring import ZuoraParts, create_zuora


@dataclass(frozen=True)
class Gateway:
    """Two applications of one process."""

    public: FastAPI
    internal: FastAPI
    stopping: Callable[[], None]
    """Called when the process is told to stop, before anything ends."""


def create_app(settings: Settings) -> Gateway:
    metrics = Metrics()
    database = Database(settings, SCHEMA.name)
    checks: Mapping[str, Check] = {"database": database.ping}

    accounts = PostgresAccounts(database)
    used = LastUsed(accounts, settings.key_touch_seconds)
    features = create_features(database, metrics)
    publisher = Publisher(settings.amqp_url.get_secret_value(), settings.confirm_seconds)
    watched = LiveMetrics(metrics)
    live = create_live(settings, database, publisher, watched)
    ledger = create_ledger(settings, database, publisher, live, metrics)
    batches = create_batches(settings, database, ledger, live)
    zuora, schedules = zuora_parts(settings, database, ledger, metrics)
    parking = create_parking(settings, database, ledger, metrics)
    monitor = monitor_client(settings)
    retention = create_retention(settings, database, ledger.publisher, metrics, settings.name)
    background = [
        closing(database),
        used.running(),
        monitor.running(),
        running_features(settings, features),
        running_ledger(settings, ledger),
        running_live(settings, live, ledger),
        running_batches(batches),
        running_schedules(schedules, zuora.client),
        running_parking(settings, parking, ledger),
        running_retention(retention),
    ]
    public = public_app(settings, HttpMetrics(metrics), checks, lifespan=lambda _: running(background))
    offer_accounts(public.state, settings, accounts, used)
    offer_administration(public.state, database, metrics, features, parking)
    offer_content(public.state, database)
    offer_jobs(public.state, ledger)
    offer_articles(public.state, settings, database, ledger.ledger)
    offer_live(public.state, settings, live, ledger, watched, metrics)
    offer_batches(public.state, batches)
    offer_schedules(public.state, schedules, zuora)
    offer_operations(public.state, settings, monitor, publisher)
    return Gateway(public, internal_part(settings, metrics, checks, ledger), live.close)


def internal_part(settings: Settings, metrics: Metrics, checks: Mapping[str, Check], ledger: LedgerParts) -> FastAPI:
    """Metrics and health, and the ledger's log for the monitor."""
    internal = internal_app(metrics, checks)
    internal.state.jobs = ledger.jobs
    internal.state.service_token_secret = settings.service_token_secret.get_secret_value()
    internal.include_router(ledger_internal.router)
    return internal


def offer_accounts(state: State, settings: Settings, accounts: PostgresAccounts, used: LastUsed) -> None:
    pepper = settings.key_pepper.get_secret_value().encode()
    state.authenticator = Authenticator(
        accounts, pepper, used, seconds=settings.key_cache_seconds, size=settings.key_cache_size
    )
    state.gate = limited(settings)
    state.accounts = AccountService(accounts, pepper)


def zuora_parts(
    settings: Settings, database: Database, ledger: LedgerParts, metrics: Metrics
) -> tuple[ZuoraParts, ScheduleParts]:
    secret = settings.service_token_secret.get_secret_value()
    zuora = create_zuora(settings, secret, database, ledger.ledger, metrics)
    return zuora, create_schedules(settings, database, zuora.known, ledger.ledger, metrics)


def offer_administration(
    state: State, database: Database, metrics: Metrics, features: FeatureFlags, parking: Parking
) -> None:
    state.features = features
    state.parking = parking
    state.audit_trail = PostgresTrail(database)
    failures = metrics.counter("audit_failures_total", "Administrative calls not recorded.")
    state.audit = Audit(state.audit_trail, failures)


def offer_operations(state: State, settings: Settings, monitor: MonitorClient, publisher: Publisher) -> None:
    state.monitor = monitor
    state.worker_control = WorkerControl(monitor, RabbitControl(publisher), settings.name)


def monitor_client(settings: Settings) -> MonitorClient:
    return MonitorClient(
        settings.monitor_url, settings.service_token_secret.get_secret_value(), settings.monitor_seconds
    )


def offer_content(state: State, database: Database) -> None:
    state.prompts = PromptService(PostgresPrompts(database))
    state.pages = PageService(PostgresPages(database))
    state.content = ContentService(PostgresSources(database))


def offer_jobs(state: State, ledger: LedgerParts) -> None:
    state.control = ledger.control
    state.bulk = ledger.bulk
    state.holding = ledger.holding
    state.reader = ledger.reader
    state.generations = GenerationService(state.content, ledger.ledger)


def limited(settings: Settings) -> Gate:
    return Gate(
        keys=buckets(settings.rate_limit_per_second, settings.rate_limit_burst, settings.key_cache_size),
        failures=buckets(settings.failed_key_per_second, settings.failed_key_burst, settings.key_cache_size),
    )


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
