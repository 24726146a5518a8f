"""Reads an export as raw JSON: unknown fields stay.

An export without `tasks` is malformed rather than one of no tasks: an answer that lost a part must not wipe what is
stored. The same goes for `linkages`, except where there is no task that could have any.
"""

from typing import Any

import msgspec

from .records import Export, Json, Malformed

MOST_DEPTH = 100
"""Levels of nesting. An export has some ten; functions that walk it call themselves once or twice for each."""

_NESTED = frozenset((dict, list))
_BIGINT = 2**63


def parsed(raw: bytes) -> Export:
    """Raises Malformed."""
    document = _document(raw)
    workflow = document.get("workflow")
    if not isinstance(workflow, dict):
        raise Malformed("the export has no workflow")
    tasks, faults = _distinct(_objects(document, "tasks"))
    linkages = _objects(document, "linkages") if tasks or document.get("linkages") is not None else []
    return Export(document, workflow, tasks, tuple(linkages), faults)


def of_redacted(document: Json) -> Export:
    """Of a stored redacted copy, which was an export once: its tasks and linkages are sound."""
    tasks, faults = _distinct(_objects(document, "tasks"))
    linkages = tuple(document.get("linkages") or ())
    return Export(document, document["workflow"], tasks, linkages, faults)


def task_id(value: Any) -> int | None:
    """Of a task, or of the task that a linkage names; some exports write it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -_BIGINT <= value < _BIGINT:
        return value
    return None


def _document(raw: bytes) -> Json:
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Malformed("the export is not JSON, or was cut off") from error
    if not isinstance(document, dict):
        raise Malformed("the export is not a JSON object")
    _check_plain(document)
    return document


def _check_plain(document: Json) -> None:
    """Level by level rather than by recursion, which is what it protects from."""
    level: list[Any] = [document]
    for _ in range(MOST_DEPTH):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if type(item) in _NESTED  # of JSON, there are no others
        ]
        if not level:
            return
    raise Malformed(f"the export is nested more than {MOST_DEPTH} levels deep")


def _objects(document: Json, field: str) -> list[Json]:
    items = document.get(field)
    if not isinstance(items, list):
        raise Malformed(f"the export has no list of {field}")
    if not all(isinstance(item, dict) for item in items):
        raise Malformed(f"among the export's {field} is one that is not an object")
    return items


def _distinct(tasks: list[Json]) -> tuple[tuple[Json, ...], tuple[str, ...]]:
    """Each id once: the last one counts."""
    by_id: dict[int, Json] = {}
    twice: dict[int, None] = {}
    for task in tasks:
        number = task_id(task.get("id"))
        if number is None:
            raise Malformed("among the export's tasks is one without an id")
        if number in by_id:
            twice[number] = None
        by_id[number] = task if task["id"] == number else {**task, "id": number}
    return tuple(by_id.values()), tuple(
        f"task {number} is there more than once: the last one counts" for number in twice
    )
