"""Reading, put together."""

from fastapi import APIRouter

from pressroom_common.database import Database
from pressroom_zuora_sync.vault import Vault

from .attending import Attendance
from .comparing import Comparing
from .contents import Contents
from .drifting import Drifting
from .giving import Giving
from .http import exports_router, findings_router, tasks_router, visits, workflows_router
from .linting import Linting
from .outgoing import Outgoing
from .presence import Presence
from .repository import PostgresKnown, PostgresStored, PostgresWorkflows
from .service import WorkflowService


def reading_routers(database: Database, vault: Vault, secret: str) -> list[APIRouter]:
    """`secret` is that of service tokens."""
    stored = PostgresStored(database)
    contents = Contents(stored, vault)
    presence = Presence(PostgresKnown(database))
    comparing, workflows = Comparing(stored, contents), WorkflowService(PostgresWorkflows(database), presence)
    drifting, linting = Drifting(stored, contents, comparing), Linting(stored, contents, presence)
    visiting = visits(Attendance(), secret)
    return [
        workflows_router(workflows, secret),
        tasks_router(workflows, secret),
        findings_router(comparing, drifting, linting, visiting),
        exports_router(Giving(stored, contents, presence, Outgoing()), visiting),
    ]
