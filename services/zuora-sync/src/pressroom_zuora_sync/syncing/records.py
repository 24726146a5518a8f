"""What goes into the rows of a sync, and what comes out."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from pressroom_common.contracts import SyncFault
from pressroom_zuora_sync.zuora.records import ListedWorkflow

Outcome = Literal["created", "updated", "unchanged", "restored", "export_failed"]
SyncState = Literal["running", "completed", "failed", "cancelled"]


class Fence(Struct, frozen=True, kw_only=True):
    """A run's hold on an environment: what is written under it counts only while it stands."""

    job_id: UUID
    environment_id: UUID
    claim: int


class Beginning(Struct, frozen=True, kw_only=True):
    """A claim wants to begin a sync, or go on with it."""

    job_id: UUID
    tenant_id: UUID
    environment_id: UUID
    attempt: int
    claim: int
    epoch: int
    """Of the credentials that it calls with."""
    full: bool
    dry_run: bool


class SyncRow(Struct, frozen=True, kw_only=True):
    """How far the sync is."""

    fence: Fence
    full: bool
    dry_run: bool
    pages: int
    """Of the list, that are kept; and whether they are all."""
    listed: bool
    result: Raw | None
    """Of a sync that was completed in this attempt: nothing is left to do but to tell it."""


class Waiting(Struct, frozen=True, kw_only=True):
    """A listed workflow whose export is needed, and what is stored of it."""

    listed: ListedWorkflow
    id: UUID
    """A new one, where nothing is stored."""
    version: int = 0
    """The newest stored version; 0: none."""
    hash: bytes | None = None
    key_id: str = ""
    """Both of that version."""
    deleted: bool = False


class Written(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An export as it is stored. Where `changed` is not set, the stored version stays, and the rest is empty."""

    zuora_id: int
    id: UUID
    item: ListedWorkflow
    signature: bytes
    outcome: Outcome
    version: int
    changed: bool = False
    task_count: int = 0
    fault: SyncFault | None = None
    """What was odd in it, and was borne."""
    zuora_version_id: int | None = None
    zuora_version: str | None = None
    draft: bool = False
    hash: bytes = b""
    key_id: str = ""
    size: int = 0
    """Of the export as it came, in bytes."""
    place: int = 0
    """Of its export in the batch, from 1."""
    tasks: Raw = Raw(b"[]")
    linkages: Raw = Raw(b"[]")


class Prepared(Struct, frozen=True, kw_only=True):
    """`raw`: sealed; `redacted`: JSON. Both are empty where nothing changed."""

    written: Written
    raw: bytes = b""
    redacted: bytes = b""


class Failure(Struct, frozen=True, kw_only=True):
    """An export that could not be had. What is stored of the workflow stays."""

    zuora_id: int
    id: UUID
    item: ListedWorkflow
    error: SyncFault


class Absent(Struct, frozen=True, kw_only=True):
    """Stored, not deleted, and not in the list."""

    id: UUID
    zuora_id: int
    name: str
    missed: int
    """Complete lists in a row that it was not in, before this one."""


class Stock(Struct, frozen=True, kw_only=True):
    """`before`: workflows that were there when the sync began, and not deleted; the absent ones are among them."""

    before: int
    listed: int
    absent: tuple[Absent, ...]


class Closing(Struct, frozen=True, kw_only=True):
    """What the end of a sync changes, in one statement: everything or nothing."""

    deleted: tuple[UUID, ...] = ()
    missed: Mapping[str, int] = {}
    """By the workflow's id: how often now."""
    complete: bool = True
    """The list says what there is; an empty one does not."""
    result: Raw


class Tally(Struct, frozen=True, kw_only=True):
    """Of the checkpoint."""

    pages: int
    listed: int
    outcomes: Mapping[str, int]
    """How many, by what became of them; of the others nobody knows yet."""
    tasks: int
    exports: int
    faults: tuple[SyncFault, ...]


class StoredExport(Struct, frozen=True, kw_only=True):
    """The newest version of a workflow, sealed."""

    id: UUID
    zuora_id: int
    name: str
    description: str
    version: int
    raw: bytes
    key_id: str


class Extracted(Struct, frozen=True, kw_only=True):
    """Rows made again from a stored export."""

    id: UUID
    version: int
    name: str | None
    description: str | None
    """Where a secret was stored in them: what they become."""
    redacted: Raw
    tasks: Raw
    linkages: Raw
