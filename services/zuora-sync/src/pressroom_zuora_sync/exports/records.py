"""An export, and the rows that are made of it."""

from dataclasses import dataclass
from typing import Any

from msgspec import Struct

Json = dict[str, Any]


class Malformed(ValueError):
    """The export cannot be read; what is stored of it stays. The text says what is wrong, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Export:
    """A workflow as Zuora sent it, with its secrets. `tasks`: each id once, with `id` an integer."""

    document: Json
    workflow: Json
    tasks: tuple[Json, ...]
    linkages: tuple[Json, ...]
    faults: tuple[str, ...] = ()
    """What is odd in it, and was borne."""


class TaskRow(Struct, frozen=True, kw_only=True):
    """Columns of `tasks`. Nothing in it is secret. `place`: of the task in the redacted copy, from 1; its details."""

    zuora_task_id: int
    place: int
    name: str
    action_type: str
    call_type: str | None
    object: str | None
    object_id: str | None
    host: str | None


class LinkageRow(Struct, frozen=True, kw_only=True):
    """Columns of `linkages`. A start has no source task."""

    position: int
    linkage_type: str
    source_task_id: int | None
    source_workflow_id: int | None
    target_task_id: int | None
