"""What reading takes from the tables, and how lists are asked for."""

from dataclasses import dataclass, field
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pressroom_zuora_sync.vault import Sealed

Deleted = Literal["exclude", "include", "only"]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Whose rows a list is asked for."""

    environment_id: UUID | None = None
    customer_id: UUID | None = None
    workflow_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class WorkflowFilter:
    environment_id: UUID | None = None
    customer_id: UUID | None = None
    status: str | None = None
    text: str | None = None
    deleted: Deleted = "exclude"


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    environment_id: UUID | None = None
    workflow_id: UUID | None = None
    action_type: str | None = None
    object: str | None = None
    host: str | None = None
    text: str | None = None


class TaskPlace(Struct, frozen=True, array_like=True):
    """Where a page of tasks ends."""

    workflow_id: UUID
    zuora_task_id: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    """As the table's column has it."""


class NamePlace(Struct, frozen=True, array_like=True, order=True):
    """Where a page that is sorted by names ends. A name may be longer than a cursor: its beginning, and a hash."""

    beginning: str
    digest: str


class FindingPlace(Struct, frozen=True, array_like=True):
    """Where a page of findings ends: within a workflow, if that one has many."""

    workflow_id: UUID
    told: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    """Findings of it that were told already."""


@dataclass(frozen=True, slots=True)
class VersionKey:
    workflow_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of a workflow, without its content. `number` 0: none was exported yet."""

    workflow_id: UUID
    zuora_id: int
    name: str
    number: int
    bytes: int
    """Of the export as Zuora sent it, decompressed."""

    @property
    def key(self) -> VersionKey:
        return VersionKey(self.workflow_id, self.number)


@dataclass(frozen=True, slots=True)
class VersionPair:
    """Two to be compared."""

    left: StoredVersion
    right: StoredVersion


@dataclass(frozen=True, slots=True)
class SealedExport:
    """As Zuora sent it: compressed, then encrypted."""

    key: VersionKey
    sealed: Sealed = field(repr=False)
