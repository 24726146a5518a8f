"""Features put together, and how they start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.telemetry import Metrics

from .repository import PostgresFlags
from .service import FeatureFlags
from .settings import FeatureSettings


def create_features(database: Database, metrics: Metrics) -> FeatureFlags:
    refused = metrics.counter(
        "feature_refusals_total", "Requests for a feature that their sender does not have.", "feature"
    )
    return FeatureFlags(PostgresFlags(database), refused)


@asynccontextmanager
async def running_features(settings: FeatureSettings, flags: FeatureFlags) -> AsyncIterator[None]:
    refreshing = Periodic("features", settings.feature_refresh_seconds, flags.refresh)
    refreshing.start()
    refreshing.wake()
    try:
        yield
    finally:
        await refreshing.stop()
