"""What jobs of Zuora take and give."""

from uuid import UUID

from msgspec import Raw, Struct
from msgspec.json import Decoder

ZUORA_SYNC = "zuora.sync"
ZUORA_EXTRACT_TASKS = "zuora.extract-tasks"


class SyncInput(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of `zuora.sync`: one environment. No secret travels here: the worker's own database has it."""

    environment_id: UUID
    full: bool = False
    """Export all workflows, whether or not the list says that they changed."""
    dry_run: bool = False
    """Tell what would change, and change nothing."""
    override_guard: bool = False
    """Delete even where more would go than the guard allows."""


class ExtractTasksInput(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of `zuora.extract-tasks`: from stored exports, without a call to Zuora."""

    environment_id: UUID
    workflow_id: UUID | None = None
    """Ours, not Zuora's; None: all of the environment."""


class SyncFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong with one workflow; the stored one stays as it was."""

    zuora_id: int = 0
    """0, which is left out of JSON: no single workflow, but all of the environment."""
    name: str = ""
    code: str
    detail: str


class SyncResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of both kinds: workflows by what became of them. Each distinct one counts once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    restored: int = 0
    export_failed: int = 0
    missing: int = 0
    """Not in the list, and not known to be gone: kept, and looked at again by the next sync."""
    total: int = 0
    """Distinct workflows that Zuora has, as far as the sync saw."""
    tasks: int = 0
    """Of the workflows whose tasks were written."""
    pages: int = 0
    exports: int = 0
    """Calls that were answered with an export."""
    dry_run: bool = False
    deletion_refused: int = 0
    """Workflows that the guard kept."""
    errors: tuple[SyncFault, ...] = ()
    """At most 100; `export_failed` counts all."""


_sync = Decoder(SyncInput)


def overrides_guard(kind: str, input_: Raw) -> bool:
    """Whether a job may delete more than the guard allows: once, for whoever asked for it had the right to."""
    return kind == ZUORA_SYNC and _sync.decode(input_).override_guard
