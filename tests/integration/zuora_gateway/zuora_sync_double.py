"""The internal HTTP of zuora-sync, as a test says: who asked what, on whose behalf, and what it was answered."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request, Response

from pressroom_common.service_tokens import verify

NOW = "2026-01-15T10:30:00Z"


@dataclass(frozen=True)
class Heard:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    tenant_id: str
    role: str


class ZuoraSyncDouble:
    """`app` is to be served. Environments belong to tenants; other paths are answered from `answers`."""

    def __init__(self, secret: str) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, tuple[int, Any]] = {}
        """By method and path: status, and JSON, text or bytes."""
        self.delay = 0.0
        """Seconds before each answer."""
        self.delayed = ""
        """How the paths begin that take so long."""
        self.most_at_once = 0
        """Delayed requests of all tenants."""
        self._at_once = 0
        self._secret = secret
        self._environments: dict[UUID, tuple[str, dict[str, Any]]] = {}
        self.app = FastAPI()
        self.app.add_api_route("/internal/{path:path}", self._hear, methods=["GET", "POST", "PATCH", "DELETE"])

    def environment(self, tenant_id: object, name: str = "production", customer_id: UUID | None = None) -> UUID:
        """Make one."""
        made = uuid4()
        shown = {
            "id": str(made),
            "customer_id": str(customer_id or uuid4()),
            "customer": "Acme",
            "name": name,
            "base_url": "https://rest.zuora.com",
            "client_id": "client",
            "entity_id": None,
            "workflows": 0,
            "listed_at": None,
            "created_at": NOW,
            "updated_at": NOW,
        }
        self._environments[made] = (str(tenant_id), shown)
        return made

    def shown(self, environment_id: UUID) -> dict[str, Any]:
        return self._environments[environment_id][1]

    def customer(self, *environments: UUID) -> dict[str, Any]:
        items = [self.shown(each) for each in environments]
        made = {"id": str(uuid4()), "name": "Acme", "environments": items, "created_at": NOW, "updated_at": NOW}
        self.answers[f"GET /customers/{made['id']}"] = (200, made)
        return made

    def forget(self, environment_id: UUID) -> None:
        del self._environments[environment_id]

    async def _hear(self, request: Request, path: str) -> Response:
        token = verify(request.headers["authorization"].removeprefix("Bearer "), self._secret, "zuora-sync")
        body = await request.json() if await request.body() else None
        asked = Heard(request.method, f"/{path}", dict(request.query_params), body, token.tenant_id, token.role)
        self.heard.append(asked)
        if asked.path.startswith(self.delayed):
            await self._dawdle()
        return _response(*self._answer(asked))

    async def _dawdle(self) -> None:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self._at_once -= 1

    def _answer(self, asked: Heard) -> tuple[int, Any]:
        told = self.answers.get(f"{asked.method} {asked.path}")
        if told is not None:
            return told
        own = {key: shown for key, (tenant_id, shown) in self._environments.items() if tenant_id == asked.tenant_id}
        if (asked.method, asked.path) == ("GET", "/environments"):
            return 200, {"items": list(own.values())}
        for environment_id, shown in own.items():
            if asked.path == f"/environments/{environment_id}":
                return (204, b"") if asked.method == "DELETE" else (200, shown)
        return 404, {"code": "not_found", "detail": "There is no such environment."}


def _response(status: int, content: Any) -> Response:
    if isinstance(content, bytes):
        return Response(content, status)
    return Response(json.dumps(content), status, media_type="application/json")
