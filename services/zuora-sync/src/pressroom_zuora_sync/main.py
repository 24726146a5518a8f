"""Wiring, and nothing else."""

from pressroom_common.database import Database
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import WorkerApp

from .migrations import SCHEMA
from .settings import Settings

SERVICE = "zuora-sync"


def create_app(settings: Settings) -> WorkerApp:
    metrics = Metrics()
    database = Database(settings, SCHEMA.name)
    return WorkerApp(SERVICE, settings, {}, metrics, database=database)
