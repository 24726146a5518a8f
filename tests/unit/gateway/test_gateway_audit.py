"""What of an administrative call is kept, and that no such call goes without."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7
from pressroom_common.telemetry import Metrics
from pressroom_gateway.accounts.keys import make_key
from pressroom_gateway.accounts.roles import Role
from pressroom_gateway.audit.contracts import AuditEntry, AuditQuery
from pressroom_gateway.audit.plain import LONGEST, plain_detail, plain_text, plain_texts
from pressroom_gateway.audit.records import Call
from pressroom_gateway.audit.route import CHANGING, AuditedRoute
from pressroom_gateway.audit.service import Audit
from pressroom_gateway.http_metrics import HttpMetrics
from pressroom_gateway.public_http import public_app
from unit.gateway.test_gateway_middleware import SETTINGS, idle

KEY = make_key(b"a pepper of at least 32 characters").text
CALL = Call(
    id=uuid7(),
    key_id=uuid7(),
    tenant_id=uuid7(),
    created_by="key:owner",
    method="DELETE",
    route="/v1/admin/api-keys/{key_id}",
    path_params={"key_id": "7"},
    query={},
    fields=[],
    details={},
    request_id="request-1",
    address="10.0.0.7",
    user_agent="curl",
    status=204,
)


def unaudited(app: FastAPI) -> list[str]:
    """Routes that administer and whose calls nobody records."""
    return [
        f"{sorted(route.methods)} {route.path}"
        for route in iter_route_contexts(app.routes)
        if route.path and (route.path.startswith("/v1/admin") or "api-keys" in route.path)
        if (route.methods or set()) & CHANGING and not isinstance(route.original_route, AuditedRoute)
    ]


def test_every_administrative_call_is_audited() -> None:
    app = public_app(SETTINGS, HttpMetrics(Metrics()), {}, idle)
    assert unaudited(app) == [], "make the router with audit.route.admin_router(), or with route_class=AuditedRoute"


def test_a_route_without_an_audit_is_found() -> None:
    app = FastAPI()

    @app.post("/v1/admin/forgotten")
    async def forgotten() -> None: ...

    assert unaudited(app) == ["['POST'] /v1/admin/forgotten"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("acme", "acme"),
        ("Übersicht 記事", "Übersicht 記事"),
        pytest.param(f"my {KEY} key", f"my {KEY[:12]}… key", id="a key"),
        pytest.param(KEY[:30], f"{KEY[:12]}…", id="most of a key"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer …"),
        ("sk-proj-0123456789", "sk-…"),
        ("a\0b\nc", "a\ufffdb\ufffdc"),
        ("\ud800", "\ufffd"),
        ("x" * 5000, "x" * LONGEST),
    ],
)
def test_text_is_kept_without_keys_and_without_what_cannot_be_stored(given: str, kept: str) -> None:
    assert plain_text(given) == kept


def test_a_key_at_the_cut_does_not_show() -> None:
    assert KEY[13:] not in plain_text("x" * (LONGEST - 20) + KEY)


def test_only_known_names_are_kept() -> None:
    assert plain_texts({"limit": "5", "token": "hunter2"}, ["limit", "cursor"]) == {"limit": "5"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        (Role.EDITOR, "editor"),
        (UUID(int=7), str(UUID(int=7))),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00+00:00"),
        (frozenset({"b", "a", KEY}), ["a", "b", f"{KEY[:12]}…"]),
        ([Role.VIEWER, UUID(int=7)], [str(UUID(int=7)), "viewer"]),
        (object, "<class 'object'>"),
    ],
)
def test_details_are_plain(given: Any, kept: Any) -> None:
    assert plain_detail(given) == kept


class BrokenTrail:
    """`error` None: it never answers."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def add(self, call: Call) -> None:  # noqa: ARG002 - it is the port's
        if self.error is None:
            await asyncio.sleep(3600)
        else:
            raise self.error

    async def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:  # noqa: ARG002
        return []


@pytest.mark.parametrize("error", [Unavailable("away"), ValueError("a bug"), None])
async def test_what_cannot_be_recorded_is_logged_with_all_its_fields(error: Exception | None) -> None:
    failures = Metrics().counter("audit_failures_total", "")
    with structlog.testing.capture_logs() as logs:
        await Audit(BrokenTrail(error), failures, seconds=0.01).record(CALL)
    assert failures._value.get() == 1
    assert logs[0]["log_level"] == "error"
    assert logs[0]["call"]["route"] == CALL.route
    assert logs[0]["call"]["key_id"] == str(CALL.key_id)
    assert logs[0]["call"].keys() == set(Call.__struct_fields__)
