"""How the content of a workflow changes: as a new version, as in Zuora, or silently, as Zuora never tells."""

from collections.abc import Callable
from typing import Any

from .graph import linkage
from .workflow import KEPT_VERSIONS, Version, Workflow

Export = dict[str, Any]


def edit(workflow: Workflow, changed: Callable[[Export], None], *, silently: bool = False) -> None:
    """A new version with the change, active where one was; or the same version, of which the list says nothing new."""
    export = workflow.shown.export
    changed(export)
    if silently:
        place = len(workflow.versions) - 1 if workflow.active is None else workflow.active
        workflow.versions[place] = workflow.shown.changed(export)
        return
    workflow.touch()
    _add_version(workflow, export)


def rename(workflow: Workflow, name: str) -> None:
    workflow.name = name
    edit(workflow, lambda export: export["workflow"].update(name=name))


def set_task(export: Export, id_: int | None, fields: dict[str, Any]) -> bool:
    """Of the task of this id, or the first; its `parameters` are merged. Whether there is one."""
    for found in export["tasks"]:
        if id_ in {None, found["id"]}:
            parameters = found["parameters"] | fields.get("parameters", {})
            found.update(fields | {"parameters": parameters})
            return True
    return False


def cycle(export: Export) -> None:
    """The last task leads to the first."""
    tasks = export["tasks"]
    export["linkages"].append(linkage("Success", tasks[-1]["id"], tasks[0]["id"]))


def enlarge(export: Export, size: int) -> None:
    """By a text of about this many bytes, which squeezes about as far as an ordinary one."""
    row = "{0:08d};A-{0:08d};open;{1:04x}\n"
    rows = (row.format(number, number * 40503 % 65521) for number in range(size // 32 + 1))
    export["tasks"][0]["parameters"]["raw_body"] = "".join(rows)[:size]


def plant_nul(export: Export) -> None:
    """The one character that PostgreSQL does not take."""
    first = export["tasks"][0]
    first["name"] += "\u0000"
    first["parameters"]["raw_body"] = "before\u0000after"


def _add_version(workflow: Workflow, export: Export) -> None:
    last = workflow.versions[-1]
    id_, number = last.id + 1, _next_number(last.number)
    export["workflow"] |= {"id": id_, "version": number, "updated_at": workflow.date(workflow.updated_at)}
    for each in export["linkages"]:
        if each["source_workflow_id"] is not None:
            each["source_workflow_id"] = id_
    workflow.versions.append(Version(id_, number, b"").changed(export))
    del workflow.versions[:-KEPT_VERSIONS]
    if workflow.active is not None:
        workflow.active = len(workflow.versions) - 1


def _next_number(number: str) -> str:
    *above, last = number.split(".")
    return ".".join([*above, str(int(last) + 1)])
