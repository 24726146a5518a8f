"""`pressroom zuora workflows`, `tasks`, `diff`, `drift`, `lint`, `graph`, `export`: what is read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import pydantic_core
import typer

from pressroom_client.errors import PressroomError
from pressroom_client.zuora_models import Drift, ElementChange

from . import options, screen
from .session import client
from .zuora_targets import (
    EnvironmentName,
    OfCustomer,
    OfEnvironment,
    OfWorkflow,
    Secrets,
    WorkflowId,
    customer_id,
    environment_id,
    environment_of,
)

Version = Annotated[int | None, typer.Option(min=1, help="The number of a stored version; else the newest.")]
To = Annotated[Path | None, typer.Option("--to", help="A file; else standard output.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="End with 1 where there is something.")]
_SHOWN = 60
"""Letters of a value that changed."""


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
    found = list(
        pressroom.zuora.workflows.list(
            environment_id=environment_id(pressroom, environment),
            customer_id=customer_id(pressroom, customer),
            status=status,
            text=text,
            deleted=deleted,
            limit=limit,
        )
    )
    if as_json:
        screen.json(found)
        return
    heads = ("id", "zuora id", "customer", "environment", "name", "status", "version", "tasks")
    rows = (
        (each.id, each.zuora_id, each.customer, each.environment, each.name, each.status, each.version, each.tasks)
        for each in found
    )
    screen.table(heads, rows)


def versions(context: typer.Context, workflow: WorkflowId, *, as_json: screen.Json = False) -> None:
    """List the stored versions of a workflow."""
    found = client(context).zuora.workflows.versions(workflow)
    if as_json:
        screen.json(found)
        return
    rows = ((each.number, each.zuora_version, each.exported_at, each.bytes, each.hash[:12]) for each in found)
    screen.table(("number", "zuora's", "exported", "bytes", "hash"), rows)


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
    found = list(
        pressroom.zuora.tasks(
            environment_id=environment_id(pressroom, environment),
            workflow_id=workflow,
            action_type=action_type,
            object=object_,
            host=host,
            text=text,
            limit=limit,
        )
    )
    if as_json:
        screen.json(found)
        return
    heads = ("workflow", "task", "name", "type", "object", "host")
    rows = ((each.workflow, each.zuora_task_id, each.name, each.action_type, each.object, each.host) for each in found)
    screen.table(heads, rows)


def diff(
    context: typer.Context,
    workflow: WorkflowId,
    *,
    older: Annotated[int | None, typer.Option("--from", min=1, help="The older version.")] = None,
    newer: Annotated[int | None, typer.Option("--to", min=1, help="The newer version.")] = None,
    exit_code: ExitCode = False,
    as_json: screen.Json = False,
) -> None:
    """Compare two versions of a workflow by what they mean; the newest two, unless told otherwise."""
    found = client(context).zuora.workflows.diff(workflow, older, newer)
    if as_json:
        screen.json(found)
    else:
        screen.say(f"{found.left} → {found.right}: {'no change' if found.equal else ''}".rstrip(": "))
        for line in _lines(found.changes):
            screen.say(line)
        if found.truncated:
            screen.note("There are more changes than are shown.")
    if exit_code and not found.equal:
        raise typer.Exit(1)


def drift(
    context: typer.Context,
    left: EnvironmentName,
    right: EnvironmentName,
    *,
    exit_code: ExitCode = False,
    as_json: screen.Json = False,
) -> None:
    """Compare two environments, workflow by workflow."""
    pressroom = client(context)
    sides = [environment_of(pressroom, name) for name in (left, right)]
    found = pressroom.zuora.drift(*(side.id for side in sides))
    if as_json:
        screen.json(found)
    else:
        _show_drift(found, *(f"{side.customer}/{side.name}" for side in sides))
    if exit_code and not found.is_none:
        raise typer.Exit(1)


def lint(
    context: typer.Context,
    *,
    environment: OfEnvironment = None,
    workflow: OfWorkflow = None,
    limit: options.Limit = 1000,
    exit_code: ExitCode = False,
    as_json: screen.Json = False,
) -> None:
    """Find orphans, cycles, missing failure branches and plaintext secrets."""
    pressroom = client(context)
    wanted = environment_id(pressroom, environment)
    found = list(pressroom.zuora.lint(environment_id=wanted, workflow_id=workflow, limit=limit))
    if as_json:
        screen.json(found)
    else:
        rows = ((each.severity, each.rule, each.workflow, each.task, each.detail) for each in found)
        screen.table(("severity", "rule", "workflow", "task", "detail"), rows)
    if exit_code and found:
        raise typer.Exit(1)


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
    """Export a workflow as Zuora's import takes it; without secrets, unless told otherwise."""
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


def _show_drift(found: Drift, left: str, right: str) -> None:
    counts = f"{found.equal} equal, {found.different} different, {found.ambiguous} ambiguous"
    screen.say(f"{counts}, {found.left_only} only in {left}, {found.right_only} only in {right}")
    words = {"left_only": f"only in {left}", "right_only": f"only in {right}"}
    for each in found.items:
        screen.say(f"{each.name}: {words.get(each.state, each.state)}")
        for line in _lines(each.changes):
            screen.say(f"  {line}")


def _lines(changes: Iterable[ElementChange]) -> Iterable[str]:
    marks = {"added": "+", "removed": "-"}
    for change in changes:
        before = f" (was {change.before})" if change.before else ""
        yield f"{marks.get(change.change, '~')} {change.sort} {change.name}{before}"
        for field in change.fields:
            yield f"    {field.path}: {_short(field.before)} → {_short(field.after)}"


def _short(value: object) -> str:
    text = "nothing" if value is None else pydantic_core.to_json(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def add_to(application: typer.Typer) -> None:
    for command in (workflows, versions, tasks, diff, drift, lint, graph, export):
        application.command()(command)
