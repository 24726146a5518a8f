"""`/v1/zuora`: syncs, and what is read across workflows."""

from collections.abc import AsyncIterator
from uuid import UUID

from pressroom_client.messages import LONG_SECONDS, Call, given, idempotency, path
from pressroom_client.zuora_models import AcceptedSync, Drift, Export, Finding, Sync, Task

from .session import AsyncSession
from .zuora_customers import AsyncZuoraCustomers, AsyncZuoraEnvironments
from .zuora_schedules import AsyncZuoraSchedules
from .zuora_workflows import AsyncZuoraWorkflows

_EXPORTS_A_PAGE = 20
"""They may be large."""


class AsyncZuora:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.customers = AsyncZuoraCustomers(session)
        self.environments = AsyncZuoraEnvironments(session)
        self.schedules = AsyncZuoraSchedules(session)
        self.workflows = AsyncZuoraWorkflows(session)

    async def sync(
        self,
        *,
        environment_id: UUID | str | None = None,
        customer_id: UUID | str | None = None,
        everything: bool = False,
        full: bool = False,
        dry_run: bool = False,
        override_guard: bool = False,
        idempotency_key: str | None = None,
    ) -> AcceptedSync:
        """Of an environment (a job), of a customer, or of everything (a batch). `full`: export all workflows;
        `dry_run`: tell what would change; `override_guard`, for tenant-admins: delete even where more would go than the
        guard allows."""
        body = given(
            environment_id=environment_id,
            customer_id=customer_id,
            all=everything or None,
            full=full or None,
            dry_run=dry_run or None,
            override_guard=override_guard or None,
        )
        call = Call("POST", path("zuora", "syncs"), body=body, headers=idempotency(idempotency_key))
        return await self._session.ask(AcceptedSync, call)

    async def extract_tasks(
        self,
        environment_id: UUID | str | None = None,
        *,
        customer_id: UUID | str | None = None,
        everything: bool = False,
        workflow_id: UUID | str | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedSync:
        """Read the tasks out of the stored exports again, without asking Zuora: of an environment (a job), or of one of
        its workflows; of a customer, or of everything (a batch)."""
        body = given(
            environment_id=environment_id,
            customer_id=customer_id,
            all=everything or None,
            workflow_id=workflow_id,
        )
        call = Call("POST", path("zuora", "extract-tasks"), body=body, headers=idempotency(idempotency_key))
        return await self._session.ask(AcceptedSync, call)

    def syncs(self, *, environment_id: UUID | str | None = None, limit: int | None = None) -> AsyncIterator[Sync]:
        """Newest first."""
        return self._session.pages(Sync, path("zuora", "syncs"), {"environment_id": environment_id}, limit)

    def tasks(
        self,
        *,
        environment_id: UUID | str | None = None,
        workflow_id: UUID | str | None = None,
        action_type: str | None = None,
        object: str | None = None,  # noqa: A002 - the filter's name in the API
        host: str | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Task]:
        """`host`: of the endpoint that a task calls; `text`: words of the name, the type, the object or the host."""
        query = {
            "environment_id": environment_id,
            "workflow_id": workflow_id,
            "action_type": action_type,
            "object": object,
            "host": host,
            "text": text,
        }
        return self._session.pages(Task, path("zuora", "tasks"), query, limit)

    async def drift(self, left: UUID | str, right: UUID | str) -> Drift:
        """Two environments, with all that differs."""
        cursor: str | None = None
        found: Drift | None = None
        while found is None or cursor is not None:
            query = {"left": left, "right": right, "cursor": cursor}
            page = await self._session.ask(Drift, Call("GET", path("zuora", "drift"), query, seconds=LONG_SECONDS))
            items = page.items if found is None else found.items + page.items
            found, cursor = page.model_copy(update={"items": items, "next_cursor": None}), page.next_cursor
        return found

    def lint(
        self,
        *,
        environment_id: UUID | str | None = None,
        workflow_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Finding]:
        """Orphans, cycles, missing failure branches, plaintext secrets."""
        query = {"environment_id": environment_id, "workflow_id": workflow_id}
        return self._session.pages(Finding, path("zuora", "lint"), query, limit, seconds=LONG_SECONDS)

    def exports(
        self, *, environment_id: UUID | str | None = None, secrets: bool = False, limit: int | None = None
    ) -> AsyncIterator[Export]:
        """The newest of every workflow, for a backup. `secrets`: with them, for tenant-admins; that is recorded."""
        query = {"environment_id": environment_id, "secrets": secrets or None}
        return self._session.pages(Export, path("zuora", "exports"), query, limit, _EXPORTS_A_PAGE, LONG_SECONDS)
