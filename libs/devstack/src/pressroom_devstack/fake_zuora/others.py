"""What else the API has: tasks over all workflows, runs, and how many tasks ran."""

from typing import Any

from aiohttp import web

from . import errors
from .answers import Answer, json
from .gate import Visit, visiting

LARGEST_PAGE = 100
FILTERS = ("name", "action_type", "object", "object_id", "call_type")
_FIELDS = ("id", "name", "action_type", "call_type", "concurrent_limit", "object", "object_id", "status", "tags")


@visiting("tasks")
async def tasks(request: web.Request, visit: Visit) -> Answer:
    """A page of the tasks of all active versions."""
    page, length = int(request.query.get("page", "1")), int(request.query.get("page_length", "20"))
    length = min(length, LARGEST_PAGE)
    found = [task for task in _all(visit) if _fits(task, request)]
    items = found[(page - 1) * length : page * length]
    following = f"/workflows/tasks?page={page + 1}&page_length={length}" if page * length < len(found) else None
    return json({"data": items, "pagination": {"next_page": following, "page": page, "page_length": len(items)}})


@visiting("run")
async def run(_request: web.Request, visit: Visit) -> Answer:
    """Each workflow ran once, under its own id."""
    found = visit.account.workflows.get(visit.asked.workflow_id or 0)
    if found is None:
        return json(errors.body_of(404, "run"), 404)
    total = len(found.shown.export["tasks"])
    counts = {"error": 0, "pending": 0, "processing": 0, "queued": 0, "stopped": 0, "success": total, "total": total}
    told = {
        "id": found.id,
        "name": f"WF{found.id:08}",
        "originalWorkflowId": str(found.shown.id),
        "type": "Workflow::Instance",
        "status": "Finished",
        "tasks": counts,
        "cpuTime": "0.2",
        "runTime": 12.5,
        "createdAt": found.date(found.created_at),
        "updatedAt": found.date(found.updated_at),
        "finishedAt": found.date(found.updated_at),
    }
    return json(told)


@visiting("metrics")
async def metrics(_request: web.Request, visit: Visit) -> Answer:
    """A day on which each workflow ran once."""
    return json({"metrics": [{"date": "2026-01-05", "values": {"taskCount": len(_all(visit))}}]})


def _all(visit: Visit) -> list[dict[str, Any]]:
    return [
        {name: task[name] for name in _FIELDS} | {"workflow_id": workflow.shown.id}
        for workflow in visit.account.listed()
        for task in workflow.shown.export["tasks"]
    ]


def _fits(task: dict[str, Any], request: web.Request) -> bool:
    wanted = request.query
    return all(str(task[name]) == wanted[name] for name in FILTERS if name in wanted) and wanted.get(
        "workflow_id", str(task["workflow_id"])
    ) == str(task["workflow_id"])
