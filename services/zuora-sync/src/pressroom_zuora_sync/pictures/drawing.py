"""The graph of a workflow as an SVG picture: boxes for tasks, arrows for linkages. Cycles, branches
and failures have colours.

Everything that comes from an export is escaped; the picture has no script and loads nothing. It is legible on light and
dark ground: its colours follow the reader's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from pressroom_zuora_sync.exports.graph import Edge, Graph, name_of
from pressroom_zuora_sync.exports.records import Json
from pressroom_zuora_sync.exports.redaction import clean_name, clean_text

from .arrows import Arrow, Plan, Point, planned
from .down import RADIUS
from .layout import laid_out
from .lettering import fitted, safe
from .routes import reason_of, routes
from .sides import HEIGHT, WIDTH
from .styling import SORTS, STYLE

MOST_TASKS, MOST_LINKS = 2_000, 5_000
"""More than these nobody can look at; the picture says how many are left out."""
_MOST_BETWEEN = 20
"""Arrows from one task to one other."""
_NAME_SIZE, _TYPE_SIZE = 13, 11
_NOTE = 18
_ROUND = 9.0
"""The radius of an arrow's turns."""

Links = Sequence[tuple[Edge, int]]


def drawn(graph: Graph, title: str) -> str:
    """A whole SVG document."""
    shown = _cut(graph)
    links = _links(shown)
    cells = laid_out(shown)
    plan = planned(cells, routes(shown, cells, links))
    notes = list(_notes(graph, shown, links))
    width, height = round(max(plan.width, 280)), round(plan.height + _NOTE * len(notes))
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{safe(title)}</title><style>{STYLE}</style>",
        f"<defs>{''.join(_head(sort) for sort in SORTS)}</defs>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
        *(_line(arrow) for arrow in _by_weight(plan)),
        *_boxes(shown, plan),
        *(_kind(arrow) for arrow in plan.arrows if arrow.words),
        *(
            f'<text class="note {sort}" x="16" y="{height - 12 - _NOTE * at}">{words}</text>'
            for at, (sort, words) in enumerate(notes)
        ),
        "</svg>",
    ]
    return "\n".join(parts)


def _cut(graph: Graph) -> Graph:
    if len(graph.tasks) <= MOST_TASKS:
        return graph
    kept = dict(list(graph.tasks.items())[:MOST_TASKS])
    edges = tuple(edge for edge in graph.edges if edge.target in kept and (edge.source is None or edge.source in kept))
    return Graph(kept, edges, graph.dangling)


def _links(graph: Graph) -> Links:
    """Those that are drawn, each once, with the number of linkages that say the same."""
    between: Counter[tuple[int | None, int]] = Counter()
    kept: list[tuple[Edge, int]] = []
    for edge, times in Counter(graph.edges).items():
        between[edge.source, edge.target] += 1
        if between[edge.source, edge.target] <= _MOST_BETWEEN and len(kept) < MOST_LINKS:
            kept.append((edge, times))
    return kept


def _notes(graph: Graph, shown: Graph, links: Links) -> Iterator[tuple[str, str]]:
    """What the picture does not show, and what its strokes mean; from below."""
    tasks = len(graph.tasks) - len(shown.tasks)
    missing = len(graph.edges) - sum(times for _, times in links)
    told = [(tasks, "task"), (missing, "link")]
    if not graph.tasks:
        yield "empty", "This workflow has no tasks."
    words = [f"{count:,} more {what}{'s' if count > 1 else ''}" for count, what in told if count]
    if words:
        yield "left-out", f"and {' and '.join(words)}"
    if any(task not in shown.depths for task in shown.tasks):
        yield "lost", "dashed: no start leads here"
    if any(shown.is_cyclic(edge) for edge, _ in links):
        yield "loop", "red: part of a cycle"


def _head(sort: str) -> str:
    return (
        f'<marker id="{sort}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="head {sort}" d="M0 0L10 5L0 10z"/></marker>'
    )


def _by_weight(plan: Plan) -> list[Arrow]:
    """What matters most lies above the others."""
    return sorted(plan.arrows, key=lambda arrow: SORTS.index(arrow.route.sort))


def _line(arrow: Arrow) -> str:
    sort, (x, y) = arrow.route.sort, arrow.points[0]
    start = f'<circle class="start" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>' if arrow.route.source is None else ""
    return f'<path class="arrow {sort}" marker-end="url(#{sort})" d="{_path(arrow.points)}"/>{start}'


def _path(points: Sequence[Point]) -> str:
    """With round turns."""
    first, last = points[0], points[-1]
    turns = zip(points, points[1:-1], points[2:], strict=False)
    return f"M{_point(first)}{''.join(_turn(*turn) for turn in turns)}L{_point(last)}"


def _turn(before: Point, at: Point, after: Point) -> str:
    radius = min(_ROUND, _distance(before, at) / 2, _distance(at, after) / 2)
    return f"L{_point(_towards(at, before, radius))}Q{_point(at)} {_point(_towards(at, after, radius))}"


def _towards(start: Point, end: Point, far: float) -> Point:
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * far / whole, start[1] + (end[1] - start[1]) * far / whole


def _distance(one: Point, other: Point) -> float:
    """Of points above or beside each other."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _point(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _kind(arrow: Arrow) -> str:
    (x, y), full = arrow.at, arrow.route.words
    sort = reason_of(arrow.route.edge.kind)
    whole = f"<title>{safe(full)}</title>" if full != arrow.words else ""
    return (
        f'<text class="kind {sort}" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{whole}{safe(arrow.words)}</text>'
    )


def _boxes(graph: Graph, plan: Plan) -> Iterator[str]:
    looping = {end for edge in graph.edges if graph.is_cyclic(edge) for end in (edge.source, edge.target)}
    for task, fields in graph.tasks.items():
        x, y = plan.boxes[task]
        sort = "loop" if task in looping else "task" if task in graph.depths else "lost"
        yield f'<g class="{sort}" transform="translate({x:.1f} {y:.1f})">{_words(fields)}</g>'


def _words(task: Json) -> str:
    name, action_type = clean_name(name_of(task)), clean_text(str(task.get("action_type") or ""))
    most = WIDTH - 16
    return (
        f"<title>{safe(name)} ({safe(action_type, 100)})</title>"
        f'<rect class="box" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f"{_text('name', 25, fitted(name, _NAME_SIZE, most, bold=True))}"
        f"{_text('type', 43, fitted(action_type, _TYPE_SIZE, most))}"
    )


def _text(sort: str, y: int, words: str) -> str:
    return f'<text class="{sort}" x="{WIDTH // 2}" y="{y}" text-anchor="middle">{safe(words)}</text>'
