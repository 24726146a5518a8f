"""Routes whose calls are recorded: after the handler, before the answer leaves, whatever the answer is.

A caller who is not known (no valid key, or a body that is no JSON, which is read first) is not recorded: anybody could
fill the table. Such refusals are in the log; those of a limit are not even there.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from pressroom_common.ids import uuid7
from pressroom_gateway.problem_answers import status_of

from .plain import Detail, plain_detail, plain_text, plain_texts
from .ports import Caller
from .records import Call
from .service import Audit

logger = structlog.get_logger()

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods whose calls are recorded."""
_DETAILS = "audit_details"
_CUT_OFF = 499
"""The status of a call that got no answer, as nginx has it."""


class AuditedRoute(APIRoute):
    """`route_class` of a router. Of reads those are recorded whose handlers call `audited`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        changes = bool(CHANGING & (self.methods or set()))

        async def handle_and_record(request: Request) -> Response:
            try:
                response = await handle(request)
            except asyncio.CancelledError:  # cut off while the process stops: part of it may be done
                await asyncio.shield(record(request, _CUT_OFF))
                raise
            except Exception as error:
                await record(request, status_of(error))
                raise
            await record(request, response.status_code)
            return response

        async def record(request: Request, status: int) -> None:
            if changes or _DETAILS in request.scope["state"]:
                await self._record(request, status)

        return handle_and_record

    async def _record(self, request: Request, status: int) -> None:
        caller: Caller | None = request.scope["state"].get("principal")
        if caller is not None:
            audit: Audit = request.app.state.audit
            await audit.record(await self._call(request, caller, status))
        elif status != 429:
            told = {"route": self.path, "status": status, "address": _address(request)}
            logger.warning("an administrative call of an unknown caller was refused", method=request.method, **told)

    async def _call(self, request: Request, caller: Caller, status: int) -> Call:
        state = request.scope["state"]
        return Call(
            id=uuid7(),
            key_id=caller.key_id,
            tenant_id=caller.tenant_id,
            created_by=plain_text(caller.created_by),
            method=request.method,
            route=self.path,
            path_params=plain_texts(request.path_params, request.path_params),
            query=plain_texts(request.query_params, _query_names(self)),
            fields=await _body_names(self, request),
            details={name: plain_detail(value) for name, value in state.get(_DETAILS, {}).items()},
            request_id=plain_text(state["request_id"]),
            address=_address(request),
            user_agent=plain_text(request.headers.get("user-agent", "")),
            status=status,
        )


def audited(request: Request, **details: Detail) -> None:
    """What a handler adds to the record of its call: values of the body, ids of what it made. Never a secret.

    Of a read: that it is recorded at all.
    """
    request.scope["state"].setdefault(_DETAILS, {}).update(details)


def admin_router() -> APIRouter:
    """For what stands under `/v1/admin`."""
    return APIRouter(prefix="/v1/admin", tags=["administration"], route_class=AuditedRoute)


def _address(request: Request) -> str:
    return plain_text(request.client.host) if request.client else ""


def _query_names(route: APIRoute) -> Iterator[str]:
    for field in route.dependant.query_params:
        names = _names(field.field_info.annotation)
        yield from names or (field.alias,)


async def _body_names(route: APIRoute, request: Request) -> list[str]:
    """The framework keeps the body that it has read."""
    if route.body_field is None:
        return []
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return []
    return sorted(_names(route.body_field.field_info.annotation) & body.keys()) if isinstance(body, dict) else []


def _names(model: Any) -> set[str]:
    """The fields of a model as clients write them; none where it is something else."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return set()
    return {field.alias or name for name, field in model.model_fields.items()}
