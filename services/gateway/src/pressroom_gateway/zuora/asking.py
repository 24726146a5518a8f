"""What the routes of Zuora share: who may, and whom they ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from pressroom_common.telemetry import span
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.ledger.forms import IdempotencyKey
from pressroom_gateway.ledger.generations import Origin

from .client import ZuoraSyncClient
from .forms import NoQuery
from .ports import Schedules
from .service import SyncService
from .wiring import ZuoraParts

Reader = Annotated[Principal, requires("zuora:read")]
Syncer = Annotated[Principal, requires("zuora:write")]
Keeper = Annotated[Principal, requires("zuora:manage")]


async def _no_query(query: Annotated[NoQuery, Query()]) -> None:
    """What is misspelled is told, as it is of lists."""


NO_QUERY = Depends(_no_query)

OnceKey = Annotated[
    IdempotencyKey | None,
    Header(
        alias="Idempotency-Key", description="The same key and body within 24 h: the same answer, and no second job."
    ),
]


async def _parts(request: Request) -> ZuoraParts:
    parts: ZuoraParts = request.app.state.zuora
    return parts


async def _client(request: Request) -> ZuoraSyncClient:
    return (await _parts(request)).client


async def _syncs(request: Request) -> SyncService:
    return (await _parts(request)).syncs


async def _schedules(request: Request) -> Schedules:
    schedules: Schedules = request.app.state.zuora_schedules
    return schedules


Parts = Annotated[ZuoraParts, Depends(_parts)]
Client = Annotated[ZuoraSyncClient, Depends(_client)]
Syncs = Annotated[SyncService, Depends(_syncs)]
ScheduleBook = Annotated[Schedules, Depends(_schedules)]


@contextmanager
def asked(request: Request, principal: Principal, name: str, idempotency_key: str | None = None) -> Iterator[Origin]:
    """Where the jobs of a request come from; `name`: of its span."""
    with span(name, request.headers.get("traceparent")) as traceparent:
        yield Origin(principal, request.state.request_id, traceparent, idempotency_key)
