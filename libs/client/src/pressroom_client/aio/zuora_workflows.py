"""`/v1/zuora/workflows`."""

from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

from pressroom_client.messages import LONG_SECONDS, Call, path
from pressroom_client.zuora_models import Diff, Export, Version, Versions, Workflow

from .session import AsyncSession


class AsyncZuoraWorkflows:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, workflow_id: UUID | str) -> Workflow:
        return await self._session.ask(Workflow, Call("GET", path("zuora", "workflows", workflow_id)))

    async def versions(self, workflow_id: UUID | str) -> tuple[Version, ...]:
        """Newest first."""
        call = Call("GET", path("zuora", "workflows", workflow_id, "versions"))
        return (await self._session.ask(Versions, call)).items

    async def diff(self, workflow_id: UUID | str, older: int | None = None, newer: int | None = None) -> Diff:
        """Two versions by their numbers; else the newest, and the one before it."""
        query = {"from": older, "to": newer}
        call = Call("GET", path("zuora", "workflows", workflow_id, "diff"), query, seconds=LONG_SECONDS)
        return await self._session.ask(Diff, call)

    async def graph(self, workflow_id: UUID | str, *, version: int | None = None) -> str:
        """A picture of its tasks, as SVG."""
        call = Call(
            "GET", path("zuora", "workflows", workflow_id, "graph.svg"), {"version": version}, seconds=LONG_SECONDS
        )
        return (await self._session.send(call)).text

    async def export(self, workflow_id: UUID | str, *, version: int | None = None, secrets: bool = False) -> Export:
        """As Zuora's import takes it. `secrets`: with them, for tenant-admins; that is recorded."""
        query = {"version": version, "secrets": secrets or None}
        call = Call("GET", path("zuora", "workflows", workflow_id, "export"), query, seconds=LONG_SECONDS)
        return await self._session.ask(Export, call)

    def list(
        self,
        *,
        environment_id: UUID | str | None = None,
        customer_id: UUID | str | None = None,
        status: str | None = None,
        text: str | None = None,
        deleted: Literal["exclude", "include", "only"] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Workflow]:
        """`text`: words of the name, the description or Zuora's id."""
        query = {
            "environment_id": environment_id,
            "customer_id": customer_id,
            "status": status,
            "text": text,
            "deleted": deleted,
        }
        return self._session.pages(Workflow, path("zuora", "workflows"), query, limit)
