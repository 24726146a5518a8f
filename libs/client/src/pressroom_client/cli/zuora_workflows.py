"""`pressroom zuora workflows`, `versions`, `tasks`, `graph`, `export`: what is read as it is stored."""

from pathlib import Path
from typing import Annotated, Literal

import pydantic_core
import typer

from pressroom_client.errors import PressroomError

from . import options, screen
from .session import client
from .zuora_targets import (
    OfCustomer,
    OfEnvironment,
    OfWorkflow,
    Secrets,
    WorkflowId,
    customer_id,
    environment_id,
)

Version = Annotated[int | None, typer.Option(min=1, help="The number of a stored version; else the newest.")]
To = Annotated[Path | None, typer.Option("--to", help="A file; else standard output.")]


def workflows(
    context: typer.Context,
    *,
    environment: OfEnvironment = None,
    customer: OfCustomer = None,
    status: Annotated[str | None, typer.Option(help="As Zuora has it, Active say.")] = None,
    text: Annotated[str | None, typer.Option(help="Words of the name or the description, or Zuora's id.")] = None,
    deleted: Annotated[Literal["exclude", "include", "only"] | None, typer.Option(help="Else exclude.")] = None,
    limit: options.Limit = 100,
    as_json: screen.Json = False,
) -> None:
    """List workflows."""
    pressroom = client(context)
    found = screen.first(
        pressroom.zuora.workflows.list(
            environment_id=environment_id(pressroom, environment),
            customer_id=customer_id(pressroom, customer),
            status=status,
            text=text,
            deleted=deleted,
            limit=limit + 1,
        ),
        limit,
    )
    if as_json:
        screen.json(found)
        return
    heads = ("id", "zuora id", "environment", "name", "status", "version", "tasks", "export error")
    rows = (
        (
            *(each.id, each.zuora_id, f"{each.customer}/{each.environment}", each.name, each.status, each.version),
            *(each.tasks, (each.export_error or {}).get("code")),
        )
        for each in found
    )
    screen.table(heads, rows, spare=("tasks", "version", "zuora id", "environment", "status"), whole=("environment",))


def versions(context: typer.Context, workflow: WorkflowId, *, as_json: screen.Json = False) -> None:
    """List the stored versions of a workflow."""
    found = client(context).zuora.workflows.versions(workflow)
    if as_json:
        screen.json(found)
        return
    rows = ((each.number, each.zuora_version, each.exported_at, each.bytes, each.hash[:12]) for each in found)
    screen.table(("number", "zuora's", "exported", "bytes", "hash"), rows, spare=("hash", "bytes"))


def tasks(
    context: typer.Context,
    *,
    environment: OfEnvironment = None,
    workflow: OfWorkflow = None,
    action_type: Annotated[str | None, typer.Option("--type", help="Callout, say.")] = None,
    object_: Annotated[str | None, typer.Option("--object", help="What it works on, Account say.")] = None,
    host: Annotated[str | None, typer.Option(help="Of the endpoint that it calls.")] = None,
    text: Annotated[str | None, typer.Option(help="Words of name, type, object or host.")] = None,
    limit: options.Limit = 100,
    as_json: screen.Json = False,
) -> None:
    """Find tasks across workflows."""
    pressroom = client(context)
    found = screen.first(
        pressroom.zuora.tasks(
            environment_id=environment_id(pressroom, environment),
            workflow_id=workflow,
            action_type=action_type,
            object=object_,
            host=host,
            text=text,
            limit=limit + 1,
        ),
        limit,
    )
    if as_json:
        screen.json(found)
        return
    heads = ("workflow", "task", "name", "type", "object", "host")
    rows = ((each.workflow, each.zuora_task_id, each.name, each.action_type, each.object, each.host) for each in found)
    screen.table(heads, rows, spare=("task", "object"))


def graph(
    context: typer.Context,
    workflow: WorkflowId,
    *,
    version: Version = None,
    to: To = None,
    as_json: screen.Json = False,
) -> None:
    """Draw a workflow, as SVG."""
    drawn = client(context).zuora.workflows.graph(workflow, version=version)
    if as_json:
        screen.json({"workflow_id": workflow, "svg": drawn})
    else:
        _put(drawn, to)


def export(
    context: typer.Context,
    workflow: WorkflowId,
    *,
    version: Version = None,
    secrets: Secrets = False,
    to: To = None,
    as_json: screen.Json = False,
) -> None:
    """Export a workflow as Zuora's import takes it.

    Without secrets, unless told otherwise.
    """
    found = client(context).zuora.workflows.export(workflow, version=version, secrets=secrets)
    if as_json:
        screen.json(found)
    else:
        _put(pydantic_core.to_json(found.export, indent=2).decode() + "\n", to, private=secrets)


def _put(content: str, to: Path | None, *, private: bool = False) -> None:
    """Raises PressroomError."""
    if to is None:
        typer.echo(content, nl=False)
        return
    try:
        if private:
            to.touch(mode=0o600)
            to.chmod(0o600)
        to.write_text(content, "utf-8")
    except OSError as error:
        raise PressroomError(0, "settings", f"{to} cannot be written: {error.strerror or error}") from error


def add_to(application: typer.Typer) -> None:
    for command in (workflows, versions, tasks, graph, export):
        application.command()(command)
