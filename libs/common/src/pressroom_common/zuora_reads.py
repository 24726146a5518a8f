"""What zuora-sync answers over internal HTTP, and the gateway hands on: the models that both sides share."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from .reads import Read
from .texts import Line

SyncState = Literal["running", "snoozed", "completed", "failed", "cancelled"]
RightState = Literal["granted", "refused", "unknown"]


class Wish(BaseModel):
    """What a client sends; the gateway hands it on as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Name = Annotated[Line, StringConstraints(max_length=100)]


def _one_part(name: str) -> str:
    if "/" in name:
        raise PydanticCustomError("slash", "must not contain a slash: environments are called customer/environment")
    return name


EnvironmentName = Annotated[Name, AfterValidator(_one_part)]
Address = Annotated[Line, StringConstraints(max_length=200)]


def _printable(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().isprintable():
        raise PydanticCustomError("secret", "must be printable characters alone")
    return secret


Secret = Annotated[SecretStr, Field(min_length=1, max_length=500), AfterValidator(_printable)]


class NewEnvironment(Wish):
    name: EnvironmentName = Field(examples=["production"])
    base_url: Address = Field(examples=["https://rest.zuora.com"], description="A host that Zuora has.")
    client_id: Address
    client_secret: Secret = Field(description="Written only: kept encrypted, and never given back.")
    entity_id: Name | None = Field(None, description="Of a multi-entity tenant.")


class EnvironmentEdit(Wish):
    """Fields that are left out stay. A new host needs the secret again: it goes to nobody whom it was not given for."""

    name: EnvironmentName | None = None
    base_url: Address | None = None
    client_id: Address | None = None
    client_secret: Secret | None = None
    entity_id: Name | None = Field(None, description="null: none any more.")


class NewCustomer(Wish):
    name: Address
    environments: tuple[NewEnvironment, ...] = Field((), max_length=20)


class CustomerEdit(Wish):
    name: Address


class SyncView(Read):
    """One sync of an environment; its id is the job's."""

    job_id: UUID
    environment_id: UUID
    full: bool
    dry_run: bool
    state: SyncState
    started_at: datetime
    ended_at: datetime | None
    result: dict[str, Any] | None = Field(description="Counts as in the job's result; null while it runs.")
    error: dict[str, Any] | None
    resumes_at: datetime | None = Field(None, description="Of one that is snoozed, because Zuora wants it to wait.")


class EnvironmentView(Read):
    id: UUID
    customer_id: UUID
    customer: str
    name: str
    base_url: str
    client_id: str
    entity_id: str | None
    workflows: int = Field(description="Those that are not deleted.")
    listed_at: datetime | None = Field(description="Of the last complete list.")
    last_sync: SyncView | None = None
    created_at: datetime
    updated_at: datetime


class CustomerView(Read):
    id: UUID
    name: str
    environments: tuple[EnvironmentView, ...]
    created_at: datetime
    updated_at: datetime


class Customers(Read):
    items: tuple[CustomerView, ...]
    next_cursor: str | None = None


class Environments(Read):
    items: tuple[EnvironmentView, ...]


class Syncs(Read):
    items: tuple[SyncView, ...]
    next_cursor: str | None = None


class ConnectionCheck(Read):
    """What the credentials can do. `ok`: all that a sync needs."""

    ok: bool
    token: RightState
    listing: RightState
    exporting: RightState = Field(description="`unknown` where there is no workflow to try.")
    code: str = Field("", description="Of what is wrong: the first that was found.")
    detail: str = Field("", description="What to do about it.")


class WorkflowView(Read):
    id: UUID
    zuora_id: int
    environment_id: UUID
    environment: str
    customer: str
    name: str
    description: str
    status: str
    version: int = Field(description="Number of the newest stored version; 0: none could be exported yet.")
    zuora_version: str | None
    draft: bool = Field(description="No version is active: the latest one was exported.")
    tasks: int
    callout_trigger: bool
    ondemand_trigger: bool
    scheduled_trigger: bool
    interval: str | None
    timezone: str | None
    zuora_created_at: datetime | None
    zuora_updated_at: datetime | None
    exported_at: datetime | None
    export_error: dict[str, Any] | None
    missing_since: datetime | None
    deleted_at: datetime | None


class Workflows(Read):
    items: tuple[WorkflowView, ...]
    next_cursor: str | None = None


class VersionView(Read):
    number: int
    zuora_version_id: int | None
    zuora_version: str | None
    draft: bool
    bytes: int
    hash: str = Field(description="SHA-256 of the canonical JSON, in hexadecimal.")
    exported_at: datetime
    job_id: UUID | None


class Versions(Read):
    items: tuple[VersionView, ...]


class TaskView(Read):
    workflow_id: UUID
    workflow: str
    environment_id: UUID
    zuora_task_id: int
    name: str
    action_type: str
    call_type: str | None
    object: str | None
    object_id: str | None
    host: str | None
    details: dict[str, Any] = Field(description="The task as exported, without secrets.")


class Tasks(Read):
    items: tuple[TaskView, ...]
    next_cursor: str | None = None


ChangeKind = Literal["added", "removed", "changed"]


class FieldChange(Read):
    path: str = Field(description="Of the field, with dots: `parameters.url`.")
    before: Any = None
    after: Any = None


class ElementChange(Read):
    """Of a task, a linkage, or the workflow itself."""

    sort: Literal["workflow", "task", "linkage"]
    change: ChangeKind
    name: str
    before: str | None = Field(None, description="Its name before, where that changed.")
    fields: tuple[FieldChange, ...] = ()
    truncated: bool = Field(default=False, description="More of its fields changed than are told.")


class Diff(Read):
    """What a change means: ids and layout left out. Secrets are compared, and never shown."""

    left: str
    right: str
    equal: bool
    changes: tuple[ElementChange, ...]
    truncated: bool = Field(default=False, description="There are more changes than are told.")


class WorkflowDrift(Read):
    name: str
    state: Literal["equal", "different", "left_only", "right_only", "ambiguous"]
    left: UUID | None = None
    right: UUID | None = None
    changes: tuple[ElementChange, ...] = ()
    truncated: bool = Field(default=False, description="There are more changes than are told.")


class Drift(Read):
    """Two environments, workflow by workflow."""

    left: UUID
    right: UUID
    equal: int
    different: int
    left_only: int
    right_only: int
    ambiguous: int = Field(0, description="Names that several workflows of one side have.")
    items: tuple[WorkflowDrift, ...] = Field(description="Those that are equal are left out.")
    next_cursor: str | None = None


class Finding(Read):
    workflow_id: UUID
    workflow: str
    rule: Literal["orphan", "cycle", "no_failure_branch", "plaintext_secret", "dangling_linkage", "unreadable"]
    severity: Literal["error", "warning", "info"]
    task: str | None = None
    detail: str


class Findings(Read):
    items: tuple[Finding, ...]
    workflows: int = Field(description="That were looked at.")
    next_cursor: str | None = None


class Export(Read):
    """A workflow as Zuora's import takes it."""

    workflow_id: UUID
    zuora_id: int
    name: str
    version: int
    redacted: bool
    error: str | None = Field(None, description="Why it cannot be read: then `export` is empty, and no backup of it.")
    export: dict[str, Any]


class Exports(Read):
    items: tuple[Export, ...]
    next_cursor: str | None = None
