"""`GET /workflows`, `/workflows/{id}` and `/workflows/{id}/versions`."""

from typing import Any

from aiohttp import web

from . import errors, shown
from .answers import Answer, json
from .gate import Visit, visiting
from .workflow import Workflow

LARGEST_PAGE = 50
USUAL_PAGE = 20


@visiting("list")
async def workflows(request: web.Request, visit: Visit) -> Answer:
    """A page. Pages past the end are empty, and a `page_length` over 50 counts as 50."""
    page, length = _whole(request, "page", 1), min(_whole(request, "page_length", USUAL_PAGE), LARGEST_PAGE)
    found = [workflow for workflow in visit.account.listed() if _fits(workflow, request)]
    pages = max(1, -(-len(found) // length))
    if visit.shape == "endless_pages":
        page = (page - 1) % pages + 1
    items = [] if visit.shape == "empty_page" else found[(page - 1) * length : page * length]
    told = {"next_page": _next_page(request, visit, page, pages), "page": page, "page_length": len(items)}
    return json({"data": [shown.listed(workflow) for workflow in items], "pagination": told})


@visiting("workflow")
async def workflow(_request: web.Request, visit: Visit) -> Answer:
    found = visit.account.workflows.get(visit.asked.workflow_id or 0)
    if found is None:
        return json(errors.body_of(404, "workflow"), 404)
    return json(shown.definition(found))


@visiting("versions")
async def versions(_request: web.Request, visit: Visit) -> Answer:
    found = visit.account.workflows.get(visit.asked.workflow_id or 0)
    if found is None:
        return json(errors.body_of(404, "workflow"), 404)
    return json({"data": [shown.version_of(found, version) for version in reversed(found.versions)]})


def _whole(request: web.Request, name: str, usual: int) -> int:
    told = request.query.get(name, "")
    return max(1, int(told)) if told.isdigit() else usual


def _fits(workflow: Workflow, request: web.Request) -> bool:
    """All filters that the API has."""
    wanted = request.query
    has: dict[str, Any] = {
        "name": workflow.name,
        "interval": workflow.interval,
        "callout_trigger": str(workflow.callout_trigger).lower(),
        "ondemand_trigger": str(workflow.ondemand_trigger).lower(),
        "scheduled_trigger": str(workflow.scheduled_trigger).lower(),
    }
    return all(wanted[name].lower() == str(value).lower() for name, value in has.items() if name in wanted)


def _next_page(request: web.Request, visit: Visit, page: int, pages: int) -> str | None:
    """An absolute address, as Zuora gives it; the faults give one that leads astray."""
    origin, following = f"{request.scheme}://{request.host}", page + 1
    match visit.shape:
        case "empty_page":
            return None
        case "looping_next_page":
            following = 1
        case "hostile_next_page":
            origin = visit.met["shape"].host
        case "endless_pages":
            pass
        case _ if page >= pages:
            return None
    query = {**request.query, "page": str(following)}
    return f"{origin}{request.path}?" + "&".join(f"{name}={value}" for name, value in query.items())
