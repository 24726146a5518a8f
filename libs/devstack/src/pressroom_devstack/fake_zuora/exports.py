"""`GET /workflows/{id}/export`: a version in full."""

from typing import Any

from aiohttp import web

from . import errors
from .answers import Answer, json, version_export
from .gate import Visit, visiting


@visiting("export")
async def export(request: web.Request, visit: Visit) -> Answer:
    """Of the active version, of `?version=latest`, or of a number."""
    wanted = request.query.get("version")
    if wanted and wanted != "latest" and not wanted.replace(".", "").isdigit():
        return json(errors.body_of(400, "export"), 400)
    found = visit.account.workflows.get(visit.asked.workflow_id or 0)
    version = found.version(wanted) if found else None
    if version is None:
        return json(errors.body_of(404, "export"), 404)
    return json(_spoiled(version.export, visit.shape)) if visit.shape else version_export(version)


def _spoiled(content: dict[str, Any], fault: str) -> dict[str, Any]:
    """`duplicate_tasks`: the last task came before, with another name and URL; the later one is right."""
    if fault == "tasks_missing":
        del content["tasks"]
    if fault == "tasks_null":
        content["tasks"] = None
    if fault == "duplicate_tasks":
        last = content["tasks"][-1]
        before = {"name": f"{last['name']}, before", "parameters": {"url": "https://before.example.com"}}
        content["tasks"] = [last | before, *content["tasks"]]
    return content
