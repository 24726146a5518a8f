"""Internal HTTP of what is read of workflows: what the gateway asks for its clients."""

from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from pressroom_common.internal_callers import caller
from pressroom_common.internal_scope import Caller
from pressroom_common.steady import SteadyAnswer
from pressroom_common.texts import Text
from pressroom_common.zuora_reads import (
    Diff,
    Drift,
    Export,
    Exports,
    Findings,
    Tasks,
    Versions,
    Workflows,
    WorkflowView,
)

from .attending import Attendance, Visit
from .comparing import Comparing
from .drifting import Drifting
from .giving import Giving
from .linting import Linting
from .records import Deleted, TaskFilter, WorkflowFilter
from .service import WorkflowService
from .splicing import in_pieces

AUDIENCE = "zuora-sync"
JSON, SVG = "application/json", "image/svg+xml"
_PICTURE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A picture that is opened by itself runs nothing, either."""
_GRACE = 60.0
"""Seconds: longer than the gateway's, so that the gateway is the one to cut a client off that reads too slowly."""

Give = Callable[[Caller, AsyncExitStack], Coroutine[Any, Any, Iterable[bytes]]]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[Text | None, Query(max_length=1000)]
Words = Annotated[Text | None, Query(max_length=200)]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


def workflows_router(service: WorkflowService, secret: str) -> APIRouter:
    """`secret` is that of service tokens."""
    routes = APIRouter(prefix="/internal")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("/workflows")
    async def workflows(
        asking: Annotated[Caller, asks],
        environment_id: UUID | None = None,
        customer_id: UUID | None = None,
        status: Words = None,
        text: Words = None,
        deleted: Deleted = "exclude",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Workflows:
        """Newest first."""
        wanted = WorkflowFilter(
            environment_id=environment_id, customer_id=customer_id, status=status, text=text, deleted=deleted
        )
        return await service.page(asking, wanted, limit, cursor)

    @routes.get("/workflows/{workflow_id}")
    async def workflow(asking: Annotated[Caller, asks], workflow_id: UUID) -> WorkflowView:
        return await service.find(asking, workflow_id)

    @routes.get("/workflows/{workflow_id}/versions")
    async def versions(asking: Annotated[Caller, asks], workflow_id: UUID) -> Versions:
        """Newest first."""
        return await service.versions(asking, workflow_id)

    return routes


def tasks_router(service: WorkflowService, secret: str) -> APIRouter:
    """`secret` is that of service tokens."""
    routes = APIRouter(prefix="/internal")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("/tasks", response_model=Tasks)
    async def tasks(
        asking: Annotated[Caller, asks],
        environment_id: UUID | None = None,
        workflow_id: UUID | None = None,
        action_type: Words = None,
        object: Words = None,  # noqa: A002 (the field's name)
        host: Words = None,
        text: Words = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        wanted = TaskFilter(
            environment_id=environment_id,
            workflow_id=workflow_id,
            action_type=action_type,
            object=object,
            host=host,
            text=text,
        )
        return Response(await service.tasks(asking, wanted, limit, cursor), media_type=JSON)

    return routes


def visits(attendance: Attendance, secret: str) -> Any:
    """The dependency of what opens exports. `secret` is that of service tokens."""
    asks = Depends(caller(secret, AUDIENCE))

    async def visit(request: Request, asking: Annotated[Caller, asks]) -> Visit:
        return Visit(asking, attendance, request.receive)

    return Depends(visit)


def findings_router(comparing: Comparing, drifting: Drifting, linting: Linting, visiting: Any) -> APIRouter:
    """`visiting`: of `visits`."""
    routes = APIRouter(prefix="/internal")

    @routes.get("/workflows/{workflow_id}/diff")
    async def diff(
        visit: Annotated[Visit, visiting],
        workflow_id: UUID,
        from_: Annotated[int | None, Query(alias="from", ge=0, le=2**31 - 1)] = None,
        to: Number = None,
    ) -> Diff:
        return await visit.work(lambda asking: comparing.diff(asking, workflow_id, from_, to))

    @routes.get("/drift")
    async def drift(
        visit: Annotated[Visit, visiting], left: UUID, right: UUID, limit: Limit = 50, cursor: Cursor = None
    ) -> Drift:
        return await visit.work(lambda asking: drifting.drift(asking, left, right, limit, cursor))

    @routes.get("/lint")
    async def lint(
        visit: Annotated[Visit, visiting],
        environment_id: UUID | None = None,
        workflow_id: UUID | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Findings:
        return await visit.work(lambda asking: linting.findings(asking, environment_id, workflow_id, limit, cursor))

    return routes


def exports_router(giving: Giving, visiting: Any) -> APIRouter:
    """`visiting`: of `visits`. What it answers with `secrets` belongs in no log and no cache."""
    routes = APIRouter(prefix="/internal")

    @routes.get("/workflows/{workflow_id}/graph.svg", response_class=Response)
    async def graph(visit: Annotated[Visit, visiting], workflow_id: UUID, version: Number = None) -> Response:
        drawn = await visit.work(lambda asking: giving.picture(asking, workflow_id, version))
        return Response(drawn, headers=_PICTURE, media_type=SVG)

    @routes.get("/workflows/{workflow_id}/export", response_model=Export)
    async def export(
        visit: Annotated[Visit, visiting],
        workflow_id: UUID,
        version: Number = None,
        secrets: bool = False,  # noqa: FBT001, FBT002 (a parameter of the query)
    ) -> Response:
        return await _given(
            visit, lambda asking, kept: giving.export(asking, workflow_id, version, kept, secrets=secrets)
        )

    @routes.get("/exports", response_model=Exports)
    async def exports(
        visit: Annotated[Visit, visiting],
        environment_id: UUID | None = None,
        secrets: bool = False,  # noqa: FBT001, FBT002 (a parameter of the query)
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Response:
        return await _given(
            visit, lambda asking, kept: giving.exports(asking, environment_id, limit, cursor, kept, secrets=secrets)
        )

    return routes


async def _given(visit: Visit, give: Give) -> Response:
    """What is given counts as memory until it is out."""
    async with AsyncExitStack() as kept:
        chunks = await visit.work(lambda asking: give(asking, kept))
        headers = {"Cache-Control": "no-store"}
        return SteadyAnswer(in_pieces(chunks), kept.pop_all(), headers=headers, media_type=JSON, grace=_GRACE)
