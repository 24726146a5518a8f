"""A command line beside a gateway that knows one customer of Zuora's."""

import json
from typing import Any

import httpx2
from typer.testing import CliRunner, Result

from pressroom_client.cli import application
from unit.client.desk import Desk
from unit.client.gateways import ID, Gateway, answer, problem

NOW = "2030-01-01T00:00:00Z"
OTHER = "0197a1b2-0000-7000-8000-000000000002"
ENVIRONMENT = {
    "id": ID,
    "customer_id": OTHER,
    "customer": "Acme",
    "name": "production",
    "base_url": "https://rest.zuora.com",
    "client_id": "c",
    "workflows": 3,
    "created_at": NOW,
    "updated_at": NOW,
}
CUSTOMER = {"id": OTHER, "name": "Acme", "environments": [ENVIRONMENT], "created_at": NOW, "updated_at": NOW}
ACCEPTED = {"id": ID, "sort": "job", "status": "pending", "total": 1}
MANY = {"id": OTHER, "sort": "batch", "status": "processing", "total": 1}
JOB = {
    "id": ID,
    "status": "completed",
    "kind": "zuora.sync",
    "priority": "low",
    "created_at": NOW,
    "metadata": {"customer": "Acme", "environment": "production"},
    "result": {
        "created": 2,
        "total": 2,
        "errors": [{"zuora_id": 7, "name": "First: reminder", "code": "export_missing", "detail": "404"}],
    },
}
BATCH = {"id": OTHER, "status": "completed", "total": 1, "completed": 1, "created_at": NOW}
SCHEDULE = {
    "id": OTHER,
    "kind": "zuora.sync",
    "environment_id": ID,
    "cron": "0 2 * * *",
    "timezone": "UTC",
    "next_at": NOW,
    "next_runs": [NOW],
    "created_at": NOW,
    "updated_at": NOW,
}
EXPORT = {"workflow_id": ID, "zuora_id": 7, "name": "Dunning", "version": 1, "redacted": True, "export": {"tasks": []}}


def listed(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": None}


class Zuora:
    """A gateway that knows one customer with one environment; other answers are a test's."""

    def __init__(self, **answers: Any) -> None:
        """By method and the path after `/v1/`, with `_` in place of what is between."""
        self.answers = answers
        self.gateway = Gateway(self._answer)

    def run(self, *arguments: str, typed: str | None = None, **variables: str) -> Result:
        desk = Desk(variables=variables, gateway=self.gateway)
        return CliRunner().invoke(application, ["zuora", *arguments], obj=desk, input=typed)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(request.method, request.url.path) for request in self.gateway.heard]

    @property
    def body(self) -> Any:
        """The last one that was sent."""
        return json.loads(next(request.content for request in reversed(self.gateway.heard) if request.content))

    def _answer(self, request: httpx2.Request) -> Any:
        path = request.url.path.removeprefix("/v1/")
        name = f"{request.method}_{path}".replace("/", "_").replace(ID, "ID").replace(OTHER, "OTHER")
        if name in self.answers:
            found = self.answers[name]
            return found if not isinstance(found, dict) else answer(200, found)
        match path.removeprefix("zuora/"):
            case "customers" if request.method == "GET":
                name = request.url.params.get("name")
                return answer(200, listed(*([CUSTOMER] if name in {None, "Acme"} else [])))
            case "environments":
                return answer(200, {"items": [ENVIRONMENT]})
            case _:
                return problem(404, "not_found")
