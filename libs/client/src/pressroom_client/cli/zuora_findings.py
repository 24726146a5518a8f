"""`pressroom zuora diff`, `drift`, `lint`: what is found by comparing and looking through."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, get_args

import pydantic_core
import typer

from pressroom_client.zuora_models import Drift, ElementChange, Finding

from . import options, screen
from .exits import ExitCode
from .session import client
from .zuora_targets import EnvironmentName, OfEnvironment, OfWorkflow, WorkflowId, environment_id, environment_of

Severity = Literal["info", "warning", "error"]
OfSeverity = Annotated[
    Severity, typer.Option("--severity", help="With --exit-code: what is graver, or as grave, is something.")
]
_SHOWN = 60
"""Letters of a value that changed."""
_WHOLE = "export"
"""The path of no value, but of what is said of an export that cannot be read: all of it is told."""


def diff(
    context: typer.Context,
    workflow: WorkflowId,
    *,
    older: Annotated[int | None, typer.Option("--from", min=1, help="The older version.")] = None,
    newer: Annotated[int | None, typer.Option("--to", min=1, help="The newer version.")] = None,
    exit_code: ExitCode = False,
    as_json: screen.Json = False,
) -> None:
    """Compare two versions of a workflow by what they mean.

    The newest two, unless told otherwise.
    """
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
    severity: OfSeverity = "error",
    exit_code: ExitCode = False,
    as_json: screen.Json = False,
) -> None:
    """Find orphans, cycles, unhandled failures and secrets."""
    pressroom = client(context)
    wanted = environment_id(pressroom, environment)
    most = None if exit_code else limit + 1  # the gravest may be in the last workflow
    found = list(pressroom.zuora.lint(environment_id=wanted, workflow_id=workflow, limit=most))
    shown = found[:limit]
    if as_json:
        screen.json(screen.first(found, limit))
    else:
        rows = ((each.severity, each.rule, each.workflow, each.task, each.detail) for each in shown)
        screen.table(("severity", "rule", "workflow", "task", "detail"), rows)
        _note_counts(found, limit, complete=exit_code)
    if exit_code and any(_weighs(each, severity) for each in found):
        raise typer.Exit(1)


def _note_counts(found: Sequence[Finding], limit: int, *, complete: bool) -> None:
    """`complete`: they are all; else those that were asked for, and one more if there are more."""
    cut = len(found) > limit
    counts = Counter(each.severity for each in (found if complete else found[:limit]))
    told = ", ".join(f"{count} of severity {severity}" for severity, count in sorted(counts.items()))
    if cut and complete:
        screen.note(f"{told}; of these {len(found)}, --limit shows the first {limit}")
    elif cut:
        screen.note(f"{told} among the first {limit}; there are more: --limit has more of them")
    elif told:
        screen.note(told)


def _weighs(found: Finding, least: Severity) -> bool:
    """One of a severity that this client does not know does."""
    known: tuple[str, ...] = get_args(Severity)
    return found.severity not in known[: known.index(least)]


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
            if field.path == _WHOLE:
                yield f"    {field.path}: {field.before} → {field.after}"
            else:
                yield f"    {field.path}: {_short(field.before)} → {_short(field.after)}"


def _short(value: object) -> str:
    if isinstance(value, str):
        return pydantic_core.to_json(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…").decode()
    text = "nothing" if value is None else pydantic_core.to_json(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def add_to(application: typer.Typer) -> None:
    for command in (diff, drift, lint):
        application.command()(command)
