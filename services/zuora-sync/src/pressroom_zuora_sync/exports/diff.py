"""What the change from one export to another means."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from pressroom_common.zuora_reads import ElementChange, FieldChange

from .fields import brief, field_changes
from .graph import Edge, Graph, graph_of, kind_of, name_of
from .matching import matched
from .records import Export
from .redaction import clean_name, clean_text

Ends = tuple[int | str | None, int | str]
"""Of an edge, by its tasks' ids on the left; a task that the left does not have is `right 5`."""

_MOST_NAME = 200


def difference(left: Export, right: Export) -> Iterator[ElementChange]:
    """The workflow's own fields, its tasks, its linkages; nothing where nothing counts. Without secrets."""
    before, after = graph_of(left), graph_of(right)
    yield from _of_workflow(left, right)
    pairs = matched(before, after)
    yield from _of_tasks(before, after, pairs)
    yield from _of_linkages(before, after, pairs)
    yield from _of_dangling(before, after)


def _of_workflow(left: Export, right: Export) -> Iterator[ElementChange]:
    fields = field_changes(left.workflow, right.workflow)
    if fields:
        names = [_called(str(side.workflow.get("name") or "workflow")) for side in (left, right)]
        before = names[0] if names[0] != names[1] else None
        yield ElementChange(sort="workflow", change="changed", name=names[1], before=before, fields=fields)


def _of_tasks(left: Graph, right: Graph, pairs: Mapping[int, int]) -> Iterator[ElementChange]:
    for task, fields in left.tasks.items():
        if task not in pairs:
            yield ElementChange(sort="task", change="removed", name=_name(left, task))
            continue
        changes = field_changes(fields, right.tasks[pairs[task]])
        if changes:
            before, after = _name(left, task), _name(right, pairs[task])
            renamed = before if before != after else None
            yield ElementChange(sort="task", change="changed", name=after, before=renamed, fields=changes)
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
    """By their types alone: ids that name nobody say nothing."""
    before, after = (Counter(kind_of(linkage) for linkage in side.dangling) for side in (left, right))
    yield from _of_ends("to no task", [*(before - after).elements()], [*(after - before).elements()])


def _of_ends(name: str, gone: list[str], come: list[str]) -> Iterator[ElementChange]:
    while gone and come:
        kinds = FieldChange(path="linkage_type", before=brief(_shown(gone.pop(0))), after=brief(_shown(come.pop(0))))
        yield ElementChange(sort="linkage", change="changed", name=name, fields=(kinds,))
    for kind in gone:
        yield ElementChange(sort="linkage", change="removed", name=f"{name} ({_shown(kind)})")
    for kind in come:
        yield ElementChange(sort="linkage", change="added", name=f"{name} ({_shown(kind)})")


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
    return clean_name(name)[:_MOST_NAME]


def _shown(text: str) -> str:
    return clean_text(text)[:_MOST_NAME]
