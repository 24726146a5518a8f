"""What the change from one export to another means."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from pressroom_common.zuora_reads import ElementChange, FieldChange

from .fields import field_changes
from .graph import Edge, Graph, name_of
from .matching import matched
from .meaning import OF_DOCUMENT, OF_LINKAGE, OF_TASK, OF_WORKFLOW, compared, told
from .records import Export, Json
from .redaction import clean_name, clean_text, without
from .shortening import MOST_NAME, shortened

Ends = tuple[int | str | None, int | str]
"""Of an edge, by its tasks' ids on the left; a task that the left does not have is `right 5`."""


def difference(left: Export, right: Export) -> Iterator[ElementChange]:
    """The workflow's own fields, its tasks, its linkages; nothing where nothing counts. Without secrets."""
    before, after = compared(left), compared(right)
    yield from _of_workflow(left, right)
    pairs = matched(before, after)
    yield from _of_tasks(before, after, pairs)
    yield from _of_linkages(before, after, pairs)
    yield from _of_dangling(before, after)


def _of_workflow(left: Export, right: Export) -> Iterator[ElementChange]:
    """And what the export has beside workflow, tasks and linkages."""
    names = [_called(str(side.workflow.get("name") or "workflow")) for side in (left, right)]
    before = names[0] if names[0] != names[1] else None
    fields, more = field_changes(left.workflow, right.workflow, OF_WORKFLOW)
    if fields:
        yield ElementChange(
            sort="workflow", change="changed", name=names[1], before=before, fields=fields, truncated=more
        )
    others, more = field_changes(left.document, right.document, OF_DOCUMENT, without)
    if others:
        fields = tuple(FieldChange(path=f"export.{each.path}", before=each.before, after=each.after) for each in others)
        yield ElementChange(sort="workflow", change="changed", name=names[1], fields=fields, truncated=more)


def _of_tasks(left: Graph, right: Graph, pairs: Mapping[int, int]) -> Iterator[ElementChange]:
    for task, fields in left.tasks.items():
        if task not in pairs:
            yield ElementChange(sort="task", change="removed", name=_name(left, task))
            continue
        changes, more = field_changes(fields, right.tasks[pairs[task]], OF_TASK)
        if changes:
            before, after = _name(left, task), _name(right, pairs[task])
            renamed = before if before != after else None
            yield ElementChange(
                sort="task", change="changed", name=after, before=renamed, fields=changes, truncated=more
            )
    new = set(right.tasks).difference(pairs.values())
    for task in right.tasks:
        if task in new:
            yield ElementChange(sort="task", change="added", name=_name(right, task))


def _of_linkages(left: Graph, right: Graph, pairs: Mapping[int, int]) -> Iterator[ElementChange]:
    """By the tasks that they link. One that goes and one that comes between the same tasks are one that changed."""
    backwards = {there: here for here, there in pairs.items()}
    on_left: Counter[tuple[Ends, str]] = Counter(((edge.source, edge.target), edge.kind) for edge in left.edges)
    on_right = Counter((_ends_on_left(edge, backwards), edge.kind) for edge in right.edges)
    names: dict[int | str, str] = {f"right {task}": _name(right, task) for task in right.tasks}
    names |= {task: _name(left, task) for task in left.tasks}
    names |= {here: _name(right, there) for here, there in pairs.items()}
    gone, come = _by_ends(on_left - on_right), _by_ends(on_right - on_left)
    for ends in {**gone, **come}:
        yield from _of_ends(_between(ends, names), gone[ends], come[ends])


def _of_dangling(left: Graph, right: Graph) -> Iterator[ElementChange]:
    """Without their ends: ids that name nobody say nothing."""
    before, after = (Counter(told(linkage) for linkage in side.dangling) for side in (left, right))
    yield from _of_ends("to no task", [*(before - after).elements()], [*(after - before).elements()])


def _of_ends(name: str, gone: list[str], come: list[str]) -> Iterator[ElementChange]:
    """Linkages as JSON, without their ends."""
    for before, after in zip(gone, come, strict=False):
        changed = _linkage(before), _linkage(after)
        fields, more = field_changes(*changed, OF_LINKAGE, without)
        yield ElementChange(sort="linkage", change="changed", name=name, fields=fields, truncated=more)
    for linkage in gone[len(come) :]:
        yield ElementChange(sort="linkage", change="removed", name=f"{name} ({_kind(linkage)})")
    for linkage in come[len(gone) :]:
        yield ElementChange(sort="linkage", change="added", name=f"{name} ({_kind(linkage)})")


def _ends_on_left(edge: Edge, backwards: Mapping[int, int]) -> Ends:
    """Of an edge of the right. `backwards`: left ids by right ones."""
    source = None if edge.source is None else backwards.get(edge.source, f"right {edge.source}")
    return source, backwards.get(edge.target, f"right {edge.target}")


def _by_ends(linkages: Counter[tuple[Ends, str]]) -> defaultdict[Ends, list[str]]:
    found: defaultdict[Ends, list[str]] = defaultdict(list)
    for ends, kind in linkages.elements():
        found[ends].append(kind)
    return found


def _between(ends: Ends, names: Mapping[int | str, str]) -> str:
    source, target = ends
    return f"{'start' if source is None else names[source]} → {names[target]}"


def _name(graph: Graph, task: int) -> str:
    return _called(name_of(graph.tasks[task]))


def _called(name: str) -> str:
    return shortened(clean_name(name), MOST_NAME)


def _linkage(text: str) -> Json:
    linkage: Json = msgspec.json.decode(text)
    return linkage


def _kind(linkage: str) -> str:
    return shortened(clean_text(str(_linkage(linkage).get("linkage_type") or "")), MOST_NAME)
