"""Workflows made from nothing: the same theme and index give the same one, whatever its id."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from . import names
from .account import Account, AccountSpec, WorkflowSpec
from .graph import linkages_of
from .tasks import MAKERS, USUAL, Task, task
from .workflow import Version, Workflow, packed

IDS_PER_WORKFLOW = 1000  # of versions, and of tasks
_BEGINNING = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
Export = dict[str, Any]


def account_of(spec: AccountSpec) -> Account:
    """With all its workflows, the explicit ones last."""
    generated = [workflow_of(spec, spec.first_id + index, index) for index in range(spec.workflows)]
    return Account(spec, [*generated, *(explicit_workflow(spec, wanted) for wanted in spec.explicit)])


def workflow_of(spec: AccountSpec, id_: int, index: int, tasks: int | None = None) -> Workflow:
    """The workflow of this index, under this id."""
    dice = random.Random(f"{spec.theme or spec.client_id}:{index}")
    scheduled = dice.random() < 0.4
    created = _BEGINNING + timedelta(hours=7 * index, minutes=dice.randint(0, 59))
    made = Workflow(
        id=id_,
        name=names.workflow_name(index),
        description=names.DESCRIPTIONS[index % len(names.DESCRIPTIONS)],
        callout_trigger=dice.random() < 0.3,
        ondemand_trigger=not scheduled,
        scheduled_trigger=scheduled,
        interval=dice.choice(names.SCHEDULES) if scheduled else None,
        timezone=dice.choice(names.TIMEZONES) if scheduled else None,
        created_at=created,
        updated_at=created + timedelta(days=30),
        plain_dates=index % 2 == 0,
        versions=[],
    )
    return _first_version(made, _generated_tasks(made.id, tasks or _count(spec.tasks, dice), dice, spec), index, dice)


def explicit_workflow(spec: AccountSpec, wanted: WorkflowSpec) -> Workflow:
    """The workflow that a seed tells in full, or in part."""
    made = workflow_of(spec, wanted.id, wanted.id)
    made.name, made.description = wanted.name, wanted.description
    made.active = 0 if wanted.active else None
    if wanted.tasks is None:
        export = made.versions[0].export
    else:
        tasks = [_filled(told, place) for place, told in enumerate(wanted.tasks)]
        export = _export(made, made.versions[0].id, "0.0.1", tasks, wanted.linkages)
    export["workflow"] |= {"name": made.name, "description": made.description}
    made.versions = [made.versions[0].changed(export)]
    return made


def _filled(told: Task, place: int) -> Task:
    usual = task(told["id"], told.get("name", f"Task {place + 1}"), told.get("action_type", "Callout"), {}, place)
    return usual | told


def _count(about: int, dice: random.Random) -> int:
    """The number of tasks itself where it is small or round, else around it: a benchmark asks for exactly 20."""
    return about if about % 10 == 0 or about < 4 else dice.randint(about - 2, about + 2)


def _generated_tasks(workflow_id: int, count: int, dice: random.Random, spec: AccountSpec) -> list[Task]:
    found = []
    for place in range(count):
        kind = "Email" if 0 < place == count - 1 else dice.choice(USUAL)
        parameters, fields = MAKERS[kind](dice, f"{spec.canary}-{place}")
        id_ = workflow_id * IDS_PER_WORKFLOW + place + 1
        found.append(task(id_, names.task_name(kind, place), kind, parameters, place, **fields))
    return found


def _first_version(workflow: Workflow, tasks: list[Task], index: int, dice: random.Random) -> Workflow:
    id_ = workflow.id * IDS_PER_WORKFLOW
    export = _export(workflow, id_, "0.0.1", tasks, linkages_of(tasks, id_, index, dice))
    workflow.versions = [Version(id_, "0.0.1", packed(msgspec.json.encode(export)))]
    return workflow


def _export(workflow: Workflow, version_id: int, number: str, tasks: list[Task], linkages: list[Any]) -> Export:
    own: Export = {
        "call_type": None,
        "callout_trigger": workflow.callout_trigger,
        "created_at": workflow.date(workflow.created_at),
        "css": {"top": "20px", "left": "20px"},
        "data": {},
        "delete_ttl": 60,
        "description": workflow.description,
        "finished_at": None,
        "id": version_id,
        "interval": workflow.interval,
        "name": workflow.name,
        "notifications": {"emails": [], "failure": False, "pending": False, "success": False},
        "ondemand_trigger": workflow.ondemand_trigger,
        "original_workflow_id": None,
        "parameters": {"fields": []},
        "priority": "Medium",
        "scheduled_trigger": workflow.scheduled_trigger,
        "started_at": None,
        "status": None,
        "sync_trigger": False,
        "timezone": workflow.timezone,
        "type": "Workflow::Setup",
        "updated_at": workflow.date(workflow.updated_at),
        "version": number,
    }
    return {"workflow": own, "tasks": tasks, "linkages": linkages}
