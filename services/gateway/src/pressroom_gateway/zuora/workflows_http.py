"""`/v1/zuora/workflows` and what is read across workflows: tasks, drift, lint, exports."""

from contextlib import AsyncExitStack
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pressroom_common.steady import SteadyAnswer
from pressroom_common.zuora_reads import (
    Diff,
    Drift,
    Export,
    Exports,
    Findings,
    Syncs,
    Tasks,
    Versions,
    Workflows,
    WorkflowView,
)
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.audit.route import AuditedRoute, audited
from pressroom_gateway.problems import forbidden

from .asking import NO_QUERY, Client, Reader
from .client import ZuoraSyncClient
from .forms import (
    DiffQuery,
    DriftQuery,
    ExportQuery,
    ExportsQuery,
    LintQuery,
    SyncQuery,
    TaskQuery,
    VersionQuery,
    WorkflowQuery,
    parameters,
)

router = APIRouter(prefix="/v1/zuora", tags=["zuora"], route_class=AuditedRoute)

JSON, SVG = "application/json", "image/svg+xml"
_PICTURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_SILENCE = 60.0
"""Seconds without a byte after which an export is given up."""
_PIECE = 65_536
GRACE = 30.0
"""Seconds that are waited for a client that reads an export too slowly."""


@router.get("/syncs", summary="List syncs, newest first, with what they counted")
async def list_syncs(query: Annotated[SyncQuery, Query()], principal: Reader, zuora: Client) -> Syncs:
    return await zuora.ask(Syncs, principal, "GET", "/syncs", query=parameters(query))


@router.get("/workflows", summary="List workflows, by filters and words")
async def list_workflows(query: Annotated[WorkflowQuery, Query()], principal: Reader, zuora: Client) -> Workflows:
    return await zuora.ask(Workflows, principal, "GET", "/workflows", query=parameters(query))


@router.get("/workflows/{workflow_id}", summary="Show a workflow", dependencies=[NO_QUERY])
async def show_workflow(workflow_id: UUID, principal: Reader, zuora: Client) -> WorkflowView:
    return await zuora.ask(WorkflowView, principal, "GET", f"/workflows/{workflow_id}")


@router.get(
    "/workflows/{workflow_id}/versions",
    summary="List the stored versions of a workflow, newest first",
    dependencies=[NO_QUERY],
)
async def list_versions(workflow_id: UUID, principal: Reader, zuora: Client) -> Versions:
    return await zuora.ask(Versions, principal, "GET", f"/workflows/{workflow_id}/versions")


@router.get(
    "/workflows/{workflow_id}/diff",
    summary="Compare two versions by what they mean: ids and layout are left out, secrets compared and not shown",
)
async def compare_versions(
    workflow_id: UUID, query: Annotated[DiffQuery, Query()], principal: Reader, zuora: Client
) -> Diff:
    path = f"/workflows/{workflow_id}/diff"
    return await zuora.ask(Diff, principal, "GET", path, query=parameters(query), opens=True)


@router.get(
    "/workflows/{workflow_id}/graph.svg",
    response_class=Response,
    responses={200: {"description": "The tasks and how they are linked", "content": {SVG: {}}}},
    summary="Draw a workflow",
)
async def draw_workflow(
    workflow_id: UUID, query: Annotated[VersionQuery, Query()], principal: Reader, zuora: Client
) -> Response:
    path = f"/workflows/{workflow_id}/graph.svg"
    drawn = await zuora.read(principal, "GET", path, query=parameters(query), opens=True)
    return Response(drawn, headers=_PICTURE, media_type=SVG)


@router.get(
    "/workflows/{workflow_id}/export",
    response_model=Export,
    summary="Export a workflow as Zuora's import takes it: without secrets, or with them, which is recorded",
)
async def export_workflow(
    request: Request, workflow_id: UUID, query: Annotated[ExportQuery, Query()], principal: Reader, zuora: Client
) -> Response:
    if query.secrets:
        _check_may_see_secrets(request, principal)
    return await _poured(zuora, principal, f"/workflows/{workflow_id}/export", parameters(query))


@router.get(
    "/exports",
    response_model=Exports,
    summary="Export many workflows, for a backup: without secrets, or with them, which is recorded",
)
async def export_many(
    request: Request, query: Annotated[ExportsQuery, Query()], principal: Reader, zuora: Client
) -> Response:
    if query.secrets:
        _check_may_see_secrets(request, principal)
    return await _poured(zuora, principal, "/exports", parameters(query))


@router.get("/tasks", summary="Find tasks by type, object, endpoint or words")
async def list_tasks(query: Annotated[TaskQuery, Query()], principal: Reader, zuora: Client) -> Tasks:
    return await zuora.ask(Tasks, principal, "GET", "/tasks", query=parameters(query))


@router.get("/drift", summary="Compare two environments, workflow by workflow")
async def compare_environments(query: Annotated[DriftQuery, Query()], principal: Reader, zuora: Client) -> Drift:
    return await zuora.ask(Drift, principal, "GET", "/drift", query=parameters(query), opens=True)


@router.get("/lint", summary="Find orphans, cycles, missing failure branches and plaintext secrets")
async def lint(query: Annotated[LintQuery, Query()], principal: Reader, zuora: Client) -> Findings:
    return await zuora.ask(Findings, principal, "GET", "/lint", query=parameters(query), opens=True)


def _check_may_see_secrets(request: Request, principal: Principal) -> None:
    """Recorded either way. Raises Problem."""
    audited(request, secrets=True)
    if not principal.may("zuora:manage"):
        raise forbidden("Exports with secrets need the right `zuora:manage`, which tenant-admins have.")


async def _poured(zuora: ZuoraSyncClient, principal: Principal, path: str, query: dict[str, str]) -> SteadyAnswer:
    """As it comes: an export may have tens of megabytes. Raises Problem as long as nothing came."""
    async with AsyncExitStack() as kept:
        opened = zuora.opened(principal, "GET", path, query=query, silence=_SILENCE, opens=True)
        answer = await kept.enter_async_context(opened)
        pieces = answer.content.iter_chunked(_PIECE)
        headers = {"Cache-Control": "no-store"}
        return SteadyAnswer(aiter(pieces), kept.pop_all(), headers=headers, media_type=JSON, grace=GRACE)
