"""What counts in an export when two are compared: not its ids, its layout, its dates, nor its version's number."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from .colours import ROUNDS, START, colours
from .graph import Graph, graph_of, kind_of
from .naming import named
from .records import Export, Json

_IGNORED = frozenset(
    (
        *("id", "task_id", "original_task_id", "original_workflow_id", "workflow_id", "workflow_definition_id"),
        *("version", "version_id", "active_version", "process_id", "css", "layout", "dashboard_css"),
        *(
            "created_at",
            "updated_at",
            "createdAt",
            "updatedAt",
            "created_on",
            "updated_on",
            "finished_at",
            "deleted_at",
        ),
        *("created_by", "updated_by", "createdBy", "updatedBy", "cpu_time", "memory_time", "run_time"),
    )
)
_OPAQUE = "parameters"
"""What stands in here was written by people: nothing of it is ignored."""

_encoder = msgspec.json.Encoder(order="sorted")


def counts(path: tuple[str, ...]) -> bool:
    """Whether a field of a task or of the workflow is compared."""
    return _OPAQUE in path[:-1] or path[-1] not in _IGNORED


def essence(value: Any, path: tuple[str, ...] = ()) -> Any:
    """A task or the workflow with nothing but what counts."""
    if isinstance(value, dict):
        inside = ((key, (*path, key), item) for key, item in value.items())
        return {key: essence(item, at) for key, at, item in inside if counts(at)}
    if isinstance(value, list):
        items, names = [essence(item, path) for item in value], named(value)
        return [items[place] for _, place in sorted(zip(names[0], range(len(items)), strict=True))] if names else items
    return value


def encoded(value: Any) -> bytes:
    """The same for what is the same, whatever the order of the keys: 1 is neither 1.0 nor true."""
    return _encoder.encode(value)


def contents(graph: Graph) -> dict[int, str]:
    """By task, a digest of what it says."""
    return {task: _digest(essence(fields)) for task, fields in graph.tasks.items()}


def meaning(export: Export) -> bytes:
    """SHA-256, the same for exports between which a comparison finds nothing: of tasks by what they say and where they
    stand, and of the workflow, unredacted."""
    graph = graph_of(export)
    first = contents(graph)
    colour = colours(graph, first, ROUNDS, _digest)[-1]
    return hashlib.sha256(
        _encoder.encode(
            [
                essence(export.workflow),
                sorted(colour.values()),
                sorted([_end(edge.source, colour), edge.kind, colour[edge.target]] for edge in graph.edges),
                sorted(kind_of(linkage) for linkage in graph.dangling),
            ]
        )
    ).digest()


def _end(task: int | None, colour: Mapping[int, str]) -> str:
    return START if task is None else colour[task]


def _digest(value: Json | tuple[Any, ...] | Any) -> str:
    return hashlib.sha256(_encoder.encode(value)).hexdigest()
