"""The graph of a workflow as an SVG picture: boxes for tasks, arrows for linkages, those of a cycle in another colour.

Everything that comes from an export is escaped; the picture has no script and loads nothing. It is legible on light and
dark ground: its colours follow the reader's.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

from .arrows import Arrow, arrows
from .graph import Graph, name_of
from .layout import HEIGHT, WIDTH, Layout, laid_out
from .records import Json
from .redaction import clean_name, clean_text

MOST_TASKS = 2_000
"""More than these nobody can look at; the picture says how many are left out."""
_MOST_LETTERS = 22

_STYLE = """
svg{font:13px system-ui,sans-serif}.ground{fill:#fff}
.box{fill:#f4f6fa;stroke:#8a94a6}.lost .box{stroke-dasharray:5 4}.loop .box{stroke:#c0392b;stroke-width:2}
.name{fill:#1e2430;font-weight:600}.type,.kind{fill:#5b6475;font-size:11px}
.kind{paint-order:stroke;stroke:#fff;stroke-width:4px}
.arrow{fill:none;stroke:#8a94a6;stroke-width:1.5}.head{fill:#8a94a6}
.arrow.fail{stroke:#b9770e}.head.fail{fill:#b9770e}
.arrow.loop{stroke:#c0392b;stroke-width:2.5}.head.loop{fill:#c0392b}.start{fill:#1e8449}
@media (prefers-color-scheme:dark){.ground{fill:#15181f}.box{fill:#232834;stroke:#76829a}.name{fill:#e8ebf1}
.type,.kind{fill:#a3adbd}.kind{stroke:#15181f}.arrow{stroke:#76829a}.head{fill:#76829a}.arrow.fail{stroke:#f5b041}
.head.fail{fill:#f5b041}.arrow.loop,.loop .box{stroke:#ff7b6b}.head.loop{fill:#ff7b6b}.start{fill:#58d68d}}
""".strip()
"""Without variables, which not every viewer of pictures knows."""


def drawn(graph: Graph, title: str) -> str:
    """A whole SVG document."""
    shown = _cut(graph)
    layout = laid_out(shown)
    width, height = round(layout.width), round(layout.height)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{_safe(title)}</title><style>{_STYLE}</style>",
        f"<defs>{''.join(_head(sort) for sort in ('plain', 'fail', 'loop'))}</defs>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
        *(_arrow(arrow) for arrow in arrows(shown, layout)),
        *_boxes(shown, layout),
        *_left_out(graph, shown, height),
        "</svg>",
    ]
    return "\n".join(parts)


def _cut(graph: Graph) -> Graph:
    if len(graph.tasks) <= MOST_TASKS:
        return graph
    kept = dict(list(graph.tasks.items())[:MOST_TASKS])
    edges = tuple(edge for edge in graph.edges if edge.target in kept and (edge.source is None or edge.source in kept))
    return Graph(kept, edges, graph.dangling)


def _head(sort: str) -> str:
    return (
        f'<marker id="{sort}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="head {sort}" d="M0 0L10 5L0 10z"/></marker>'
    )


def _arrow(arrow: Arrow) -> str:
    label = ""
    if arrow.kind:
        words, x, y = _safe(_short(clean_text(arrow.kind), 18)), arrow.label_x, arrow.label_y
        label = f'<text class="kind" x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{words}</text>'
    start = f'<circle class="start" cx="{arrow.from_x:.0f}" cy="{arrow.from_y:.0f}" r="9"/>' if arrow.starts else ""
    return f'<path class="arrow {arrow.sort}" marker-end="url(#{arrow.sort})" d="{arrow.path}"/>{start}{label}'


def _boxes(graph: Graph, layout: Layout) -> Iterator[str]:
    looping = {end for edge in graph.edges if graph.is_cyclic(edge) for end in (edge.source, edge.target)}
    for task, fields in graph.tasks.items():
        place = layout.places[task]
        sort = "loop" if task in looping else "task" if task in graph.depths else "lost"
        yield (f'<g class="{sort}" transform="translate({place.x:.0f} {place.y:.0f})">{_words(fields)}</g>')


def _words(task: Json) -> str:
    name, action_type = clean_name(name_of(task)), clean_text(str(task.get("action_type") or ""))
    return (
        f"<title>{_safe(_short(name, 200))} ({_safe(_short(action_type, 100))})</title>"
        f'<rect class="box" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f"{_text('name', 24, _short(name, _MOST_LETTERS))}{_text('type', 42, _short(action_type, 28))}"
    )


def _text(sort: str, y: int, words: str) -> str:
    return f'<text class="{sort}" x="{WIDTH // 2}" y="{y}" text-anchor="middle">{_safe(words)}</text>'


def _left_out(graph: Graph, shown: Graph, height: int) -> Sequence[str]:
    missing = len(graph.tasks) - len(shown.tasks)
    return [f'<text class="type" x="12" y="{height - 12}">and {missing} more tasks</text>'] if missing else []


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _safe(text: str) -> str:
    """For text and attributes of XML: without the characters that XML does not have, and without those that turn the
    direction of writing."""
    return escape("".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Cn"}))
