"""Tables of a stranger's Markdown. A row of one letter is filled up to all columns: little text makes much HTML."""

from itertools import takewhile

from markdown_it.rules_block import StateBlock, table

MOST_CELLS = 5_000
"""Of all tables of a text: some tenths of a second. From the first one that has no room, they stay paragraphs."""
_ROOM = "room for cells"


def bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 (the library's rule)
    """The library's rule, for tables that there is room for."""
    room = int(state.env.get(_ROOM, MOST_CELLS))
    if not room or not table(state, start, end, silent=True):
        return False
    if silent:
        return True
    # What has no room ends all tables: rows are counted once, and not again from each of their lines.
    state.env[_ROOM] = max(0, room - _cells(state, start, end))
    return bool(state.env[_ROOM]) and table(state, start, end, silent)


def _cells(state: StateBlock, start: int, end: int) -> int:
    """At most. The second line tells how many columns there are, an empty one ends them."""
    delimiters = state.src[state.bMarks[start + 1] + state.tShift[start + 1] : state.eMarks[start + 1]]
    rows = sum(1 for _ in takewhile(lambda line: not state.isEmpty(line), range(start + 1, end)))
    return (delimiters.strip("| \t").count("|") + 1) * rows
