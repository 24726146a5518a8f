"""Wiring, and nothing else."""

from pressroom_common.database import Database
from pressroom_common.periodic import Periodic
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import WorkerApp

from .customers.credentials import StoredCredentials
from .customers.environments import EnvironmentService
from .customers.http import customers_router, environments_router, syncs_router
from .customers.repository import PostgresCustomers, PostgresEnvironments
from .customers.sealing import Sealing
from .customers.service import CustomerService
from .migrations import SCHEMA
from .reading.wiring import reading_routers
from .retention.repository import PostgresHistory
from .retention.service import Retention
from .settings import Settings
from .syncing.wiring import syncing
from .vault import Vault
from .zuora.gates import ZuoraGates
from .zuora.measures import ZuoraMetrics

SERVICE = "zuora-sync"


def create_app(settings: Settings) -> WorkerApp:
    metrics = Metrics()
    database = Database(settings, SCHEMA.name)
    vault = Vault(settings.keys(), settings.secret_key)
    limits, secret = settings.limits(), settings.service_token_secret.get_secret_value()
    zuoras = ZuoraGates(limits, ZuoraMetrics(metrics))
    sealing, rows = Sealing(vault, limits.origins), PostgresEnvironments(database)
    jobs = syncing(settings, database, StoredCredentials(rows, vault), zuoras, vault, metrics)
    retention = Retention(PostgresHistory(database), settings.kept())
    upkeep = (*jobs.upkeep, Periodic("retention", settings.retention_sweep_seconds, retention.sweep))
    app = WorkerApp(SERVICE, settings, jobs.handlers, metrics, database=database, upkeep=upkeep, within=zuoras.running)
    environments = EnvironmentService(rows, sealing, vault, zuoras)
    for router in (
        customers_router(CustomerService(PostgresCustomers(database), sealing), secret),
        environments_router(environments, secret),
        syncs_router(environments, secret),
        *reading_routers(database, vault, secret),
    ):
        app.asgi.include_router(router)
    return app
