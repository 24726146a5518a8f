"""Retention put together, and how it starts and stops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pressroom_common.broker import Publisher
from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.telemetry import Metrics

from .directives import RabbitDirectives
from .repository import PostgresFinishedJobs, PostgresOldCalls
from .service import AuditRetention, Retention
from .settings import RetentionSettings


def create_retention(
    settings: RetentionSettings, database: Database, publisher: Publisher, metrics: Metrics, name: str
) -> Periodic:
    """`name` is this process's."""
    deleted = metrics.counter("jobs_deleted_total", "Finished jobs deleted, by their age or by hand.")
    jobs, directives = PostgresFinishedJobs(database), RabbitDirectives(publisher, name)
    retention = Retention(jobs, directives, deleted, settings.retention_seconds)
    audit = AuditRetention(PostgresOldCalls(database), settings.audit_retention_seconds)

    async def sweep() -> None:
        await audit.sweep()
        await retention.sweep()

    return Periodic("retention", settings.retention_sweep_seconds, sweep)


@asynccontextmanager
async def running_retention(deleting: Periodic) -> AsyncIterator[None]:
    """While the publisher runs."""
    deleting.start()
    try:
        yield
    finally:
        await deleting.stop()
