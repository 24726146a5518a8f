"""What the gateway answers about Zuora. Fields that it adds later are kept; states and codes are open texts."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from pydantic import Field, SecretStr

from .models import Answer


class EnvironmentWish(TypedDict, total=False):
    """`name`, `base_url`, `client_id` and `client_secret` are needed."""

    name: str
    base_url: str
    client_id: str
    client_secret: SecretStr | str
    entity_id: str | None


class AcceptedSync(Answer):
    """The work stands in the ledger and goes on by itself."""

    id: UUID
    sort: str
    """`job`, or `batch` with a job for each environment."""
    status: str
    total: int = 1


class Sync(Answer):
    """One sync of an environment."""

    job_id: UUID
    environment_id: UUID
    full: bool = False
    dry_run: bool = False
    state: str
    """`running`, `snoozed`, `completed`, `failed` or `cancelled`."""
    started_at: datetime
    ended_at: datetime | None = None
    resumes_at: datetime | None = None
    """Of one that is snoozed: Zuora wants it to wait."""
    result: dict[str, Any] | None = None
    """Counts of workflows by what became of them, and `errors`; None while it runs."""
    error: dict[str, Any] | None = None


class Environment(Answer):
    id: UUID
    customer_id: UUID
    customer: str
    """Its name."""
    name: str
    base_url: str
    client_id: str
    entity_id: str | None = None
    workflows: int = 0
    """Those that are not deleted."""
    listed_at: datetime | None = None
    """Of the last complete list."""
    last_sync: Sync | None = None
    created_at: datetime
    updated_at: datetime


class SavedEnvironment(Environment):
    sync_job_id: UUID | None = None
    """Of the sync that follows."""


class Customer(Answer):
    id: UUID
    name: str
    environments: tuple[Environment, ...] = ()
    created_at: datetime
    updated_at: datetime


class SavedCustomer(Customer):
    sync_job_ids: tuple[UUID, ...] = ()
    """Of the syncs that follow."""


class Environments(Answer):
    items: tuple[Environment, ...]


class ConnectionCheck(Answer):
    """What credentials can do: `granted`, `refused`, or `unknown`."""

    ok: bool
    token: str
    listing: str
    exporting: str
    code: str = ""
    """Of what is wrong."""
    detail: str = ""
    """What to do about it."""


class Workflow(Answer):
    id: UUID
    zuora_id: int
    environment_id: UUID
    environment: str
    customer: str
    name: str
    description: str = ""
    status: str = ""
    version: int = 0
    """The newest stored one; 0: none could be exported yet."""
    zuora_version: str | None = None
    draft: bool = False
    tasks: int = 0
    callout_trigger: bool = False
    ondemand_trigger: bool = False
    scheduled_trigger: bool = False
    interval: str | None = None
    timezone: str | None = None
    zuora_created_at: datetime | None = None
    zuora_updated_at: datetime | None = None
    exported_at: datetime | None = None
    export_error: dict[str, Any] | None = None
    missing_since: datetime | None = None
    deleted_at: datetime | None = None


class Version(Answer):
    number: int
    zuora_version_id: int | None = None
    zuora_version: str | None = None
    draft: bool = False
    bytes: int = 0
    hash: str = ""
    exported_at: datetime
    job_id: UUID | None = None


class Versions(Answer):
    items: tuple[Version, ...]


class Task(Answer):
    workflow_id: UUID
    workflow: str
    environment_id: UUID
    zuora_task_id: int
    name: str
    action_type: str
    call_type: str | None = None
    object: str | None = None
    object_id: str | None = None
    host: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    """As exported, without secrets."""


class FieldChange(Answer):
    path: str
    before: Any = None
    after: Any = None


class ElementChange(Answer):
    """Of a task, a linkage, or the workflow itself."""

    sort: str
    change: str
    name: str
    before: str | None = None
    """Its name before, where that changed."""
    fields: tuple[FieldChange, ...] = ()
    truncated: bool = False
    """More of its fields changed than are told."""


class Diff(Answer):
    """What a change means; ids and layout are left out."""

    left: str
    right: str
    equal: bool
    changes: tuple[ElementChange, ...] = ()
    truncated: bool = False


class WorkflowDrift(Answer):
    name: str
    state: str
    """`different`, `left_only`, `right_only` or `ambiguous`."""
    left: UUID | None = None
    right: UUID | None = None
    changes: tuple[ElementChange, ...] = ()
    truncated: bool = False


class Drift(Answer):
    """Two environments, workflow by workflow; those that are equal are counted alone."""

    left: UUID
    right: UUID
    equal: int = 0
    different: int = 0
    left_only: int = 0
    right_only: int = 0
    ambiguous: int = 0
    items: tuple[WorkflowDrift, ...] = ()
    next_cursor: str | None = None

    @property
    def is_none(self) -> bool:
        return not (self.different or self.left_only or self.right_only or self.ambiguous)


class Finding(Answer):
    """What is wrong with a workflow, or may be."""

    workflow_id: UUID
    workflow: str
    rule: str
    severity: str
    task: str | None = None
    detail: str


class Export(Answer):
    """A workflow as Zuora's import takes it."""

    workflow_id: UUID
    zuora_id: int
    name: str
    version: int
    redacted: bool
    error: str | None = None
    """Why it cannot be read: then `export` is empty."""
    export: dict[str, Any]


class Schedule(Answer):
    """A sync that comes again."""

    id: UUID
    kind: str
    environment_id: UUID
    cron: str
    timezone: str
    jitter_seconds: int = 0
    full: bool = False
    paused_by: str | None = None
    paused_at: datetime | None = None
    next_at: datetime | None = None
    """None while it is paused."""
    next_runs: tuple[datetime, ...] = ()
    last_at: datetime | None = None
    last_job_id: UUID | None = None
    skipped_at: datetime | None = None
    created_by: str = ""
    created_at: datetime
    updated_at: datetime
