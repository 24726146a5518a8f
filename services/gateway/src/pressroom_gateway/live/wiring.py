"""Live's parts put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import State

from pressroom_common import topology
from pressroom_common.broker import Publisher, create_broker, start_taking
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.serving import start_or_exit
from pressroom_common.telemetry import Metrics
from pressroom_gateway.articles.wiring import file_links
from pressroom_gateway.ledger.wiring import LedgerParts
from pressroom_gateway.settings import Settings

from .consumers import router
from .ending import Results
from .measures import LiveMetrics, SyncMetrics
from .repository import PostgresStandings
from .service import Live
from .stream import Streams
from .sync import SyncRequests
from .sync_http import GenerateNow
from .words import RabbitWords

_LOOK_SECONDS = 1.0
_ESTIMATE_SECONDS = 60.0


def create_live(settings: Settings, database: Database, publisher: Publisher, metrics: LiveMetrics) -> Live:
    words = RabbitWords(publisher, settings.name, settings.follow_lease_seconds)
    services = topology.WORKER_SERVICES
    return Live(PostgresStandings(database), words, metrics, services, settings.live_polled_jobs)


def offer_live(
    state: State, settings: Settings, live: Live, ledger: LedgerParts, watched: LiveMetrics, metrics: Metrics
) -> None:
    """Beside the authenticator, whom streams ask again."""
    requests = SyncRequests(ledger.jobs, live, SyncMetrics(metrics), settings.sync_limits())
    results = Results(file_links(settings).url)
    places = (settings.live_streams_per_tenant, settings.live_streams)
    streams = Streams(live, state.authenticator, watched, *places, results=results)
    state.live = live
    state.streams = streams
    state.generate_now = GenerateNow(requests, streams, settings.name)


@asynccontextmanager
async def running_live(settings: Settings, live: Live, ledger: LedgerParts) -> AsyncIterator[None]:
    """Inside the ledger's run, on a connection of its own: a flood of words delays nothing else."""
    broker = create_broker(settings.amqp_url.get_secret_value())
    broker.include_router(router(live, settings.name))
    upkeep = (
        Periodic("look after what is watched", _LOOK_SECONDS, live.look),
        Periodic("follow", settings.follow_seconds, live.follow),
        Periodic("estimate", _ESTIMATE_SECONDS, live.estimate),
    )

    async def start() -> None:
        await ledger.publisher.connected()
        await start_taking(broker)

    for task in upkeep:
        task.start()
    upkeep[-1].wake()
    starting = start_or_exit(start())
    try:
        yield
    finally:
        starting.cancel()
        await broker.stop()
        for task in upkeep:
            await task.stop()
