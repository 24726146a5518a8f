"""What somebody does to the workflows between two syncs, or in the middle of one: the body of `/__fake__/change`."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from .account import Account
from .editing import cycle, edit, enlarge, plant_nul, rename, set_task
from .generated import workflow_of
from .tasks import task
from .workflow import Workflow

Op = Literal[
    "add",
    "delete",
    "restore",
    "move",
    "rename",
    "edit",
    "edit_silently",
    "set",
    "activate",
    "deactivate",
    "add_task",
    "remove_task",
    "set_task",
    "cycle",
    "enlarge",
    "nul",
]


class Change(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`workflow_id` is the one that is meant; of `add` the new one's id, or the next that is free.

    `position` in the list is of `add`, `restore` and `move`; `index` (of generated ones: which) and `tasks` (how many)
    of `add`; `fields` of `set` and `set_task`; `size`, in bytes, of `enlarge`.
    """

    op: Op
    workflow_id: int | None = None
    task_id: int | None = None
    position: int | None = None
    index: int | None = None
    tasks: int | None = None
    name: str | None = None
    action_type: str | None = None
    fields: dict[str, Any] = {}
    size: int = 30 * 1024 * 1024


class UnknownTarget(ValueError):
    """The account has no such workflow, or the workflow no such task."""


def apply(change: Change, account: Account) -> int:
    """Change the account; the id of the workflow.

    Raises:
        UnknownTarget: it is not there.
    """
    if change.op == "add":
        return _add(change, account)
    if change.workflow_id is None:
        raise UnknownTarget(f"`{change.op}` needs a `workflow_id`")
    if change.op == "restore":
        account.put(_found(account.deleted, change.workflow_id), change.position)
    elif change.op == "delete":
        _found(account.workflows, change.workflow_id)
        account.delete(change.workflow_id)
    elif change.op == "move":
        _found(account.workflows, change.workflow_id)
        account.move(change.workflow_id, change.position or 0)
    else:
        _CONTENT[change.op](_found(account.workflows, change.workflow_id), change)
    return change.workflow_id


def _found(workflows: dict[int, Workflow], id_: int) -> Workflow:
    if id_ not in workflows:
        raise UnknownTarget(f"no workflow {id_}")
    return workflows[id_]


def _add(change: Change, account: Account) -> int:
    known = [*account.workflows, *account.deleted]
    id_ = change.workflow_id or max(known, default=0) + 1
    made = workflow_of(account.spec, id_, len(known) if change.index is None else change.index, change.tasks)
    if change.name is not None:
        rename(made, change.name)
    account.put(made, change.position)
    return id_


def _rename(workflow: Workflow, change: Change) -> None:
    rename(workflow, change.name or f"{workflow.name}, renamed")


def _edit(workflow: Workflow, change: Change) -> None:
    edit(workflow, lambda export: _mark(export["tasks"][0], workflow), silently=change.op == "edit_silently")


def _mark(first: dict[str, Any], workflow: Workflow) -> None:
    first["parameters"]["edited"] = f"{workflow.updated_at.isoformat()}, {len(workflow.versions)}"


def _set(workflow: Workflow, change: Change) -> None:
    """Fields of the definition: what the list says of it."""
    for name, value in change.fields.items():
        if name not in {"description", "status", "interval", "timezone"} and not name.endswith("_trigger"):
            raise UnknownTarget(f"`{name}` is no field of a workflow that can be set")
        setattr(workflow, name, value)
    workflow.touch()


def _activate(workflow: Workflow, _change: Change) -> None:
    workflow.active = len(workflow.versions) - 1
    workflow.touch()


def _deactivate(workflow: Workflow, _change: Change) -> None:
    workflow.active = None
    workflow.touch()


def _add_task(workflow: Workflow, change: Change) -> None:
    kind = change.action_type or "Callout"

    def changed(export: dict[str, Any]) -> None:
        tasks = export["tasks"]
        id_ = change.task_id or max((each["id"] for each in tasks), default=workflow.id * 1000) + 1
        tasks.append(task(id_, change.name or f"{kind} {id_}", kind, {}, len(tasks)) | change.fields)

    edit(workflow, changed)


def _remove_task(workflow: Workflow, change: Change) -> None:
    def changed(export: dict[str, Any]) -> None:
        gone = change.task_id or export["tasks"][-1]["id"]
        export["tasks"] = [each for each in export["tasks"] if each["id"] != gone]
        export["linkages"] = [
            each for each in export["linkages"] if gone not in {each["source_task_id"], each["target_task_id"]}
        ]

    edit(workflow, changed)


def _set_task(workflow: Workflow, change: Change) -> None:
    def changed(export: dict[str, Any]) -> None:
        if not set_task(export, change.task_id, change.fields):
            raise UnknownTarget(f"no task {change.task_id}")

    edit(workflow, changed)


_CONTENT: dict[Op, Callable[[Workflow, Change], None]] = {
    "rename": _rename,
    "edit": _edit,
    "edit_silently": _edit,
    "set": _set,
    "activate": _activate,
    "deactivate": _deactivate,
    "add_task": _add_task,
    "remove_task": _remove_task,
    "set_task": _set_task,
    "cycle": lambda workflow, _: edit(workflow, cycle),
    "enlarge": lambda workflow, change: edit(workflow, lambda export: enlarge(export, change.size)),
    "nul": lambda workflow, _: edit(workflow, plant_nul),
}
