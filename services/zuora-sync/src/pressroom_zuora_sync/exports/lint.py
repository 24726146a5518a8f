"""What an administrator should look at in a workflow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .graph import Graph, cycles, graph_of, name_of
from .records import Export, Json
from .redaction import clean_name, clean_text
from .secret_places import plaintext_secrets
from .shortening import MOST_NAME, MOST_SHOWN, shortened, shortened_path

Rule = Literal["orphan", "cycle", "no_failure_branch", "plaintext_secret", "dangling_linkage", "unreadable"]
Severity = Literal["error", "warning", "info"]

_DECIDES = frozenset(("if", "case", "logic", "iterate", "delay", "approval", "wait", "start", "stop", "end", "cancel"))
"""Types, by their first word, of tasks that only decide or wait: what they do cannot fail at somebody else's."""
_FAILURE = ("fail", "error", "exception", "timeout")
_MOST_SHOWN_STEPS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    rule: Rule
    severity: Severity
    detail: str
    task: str | None = None


def faults(export: Export) -> Iterator[Fault]:
    """Without secrets; the gravest rules first."""
    graph = graph_of(export)
    yield from _secrets(export)
    yield from _dangling(graph)
    yield from _orphans(graph)
    yield from _cycles(graph)
    yield from _unguarded(graph)


def _secrets(export: Export) -> Iterator[Fault]:
    say = "{} is written in plain text: use a credential of Zuora's, or a field that is filled in when the task runs."
    for path in plaintext_secrets(export.workflow):
        yield Fault("plaintext_secret", "error", say.format(shortened_path([path])))
    for task in export.tasks:
        for path in plaintext_secrets(task):
            yield Fault("plaintext_secret", "error", say.format(shortened_path([path])), _name(task))


def _dangling(graph: Graph) -> Iterator[Fault]:
    for linkage in graph.dangling:
        source, target = linkage.get("source_task_id"), linkage.get("target_task_id")
        kind = shortened(clean_text(str(linkage.get("linkage_type") or "without a type")), MOST_NAME)
        ends = f"{'the start' if source is None else f'task {_id(source)}'} to task {_id(target)}"
        detail = f"The linkage ({kind}) from {ends} has an end that is no task of this workflow."
        yield Fault("dangling_linkage", "error", detail)


def _orphans(graph: Graph) -> Iterator[Fault]:
    led_to = {edge.target for edge in graph.edges}
    for task, fields in graph.tasks.items():
        if task in graph.depths:
            continue
        why = "Only tasks that never run lead to it." if task in led_to else "No linkage leads to it."
        yield Fault("orphan", "warning", f"{why} It never runs.", _name(fields))


def _cycles(graph: Graph) -> Iterator[Fault]:
    for path in cycles(graph):
        names = [_name(graph.tasks[task]) for task in path]
        if len(names) > _MOST_SHOWN_STEPS:
            names = [*names[: _MOST_SHOWN_STEPS - 1], "…", names[-1]]
        detail = shortened(f"It comes back to itself: {' → '.join(names)}.", MOST_SHOWN)
        yield Fault("cycle", "warning", detail, names[0])


def _unguarded(graph: Graph) -> Iterator[Fault]:
    guarded = {edge.source for edge in graph.edges if any(word in edge.kind.lower() for word in _FAILURE)}
    for task, fields in graph.tasks.items():
        if can_fail(fields) and task not in guarded:
            detail = "It can fail, and no linkage says what happens then: the workflow stops there."
            yield Fault("no_failure_branch", "info", detail, _name(fields))


def can_fail(task: Json) -> bool:
    """It reaches for something outside of the workflow. A type that is not known may."""
    action_type = str(task.get("action_type") or "").lower()
    return action_type.partition("::")[0].strip() not in _DECIDES


def _id(value: object) -> str:
    return str(value) if isinstance(value, int) else shortened(clean_text(str(value)), 40)


def _name(task: Json) -> str:
    return shortened(clean_name(name_of(task)), MOST_NAME)
