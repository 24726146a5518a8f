"""How a table fits a terminal: which columns it has, how wide they are, and where their texts are parted. Pure.

Ids, states, times, addresses and all other words stay in one piece, so that they can be copied.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len, chop_cells

GAP = "  "
SLIM = 10
"""Columns of a terminal in which texts are still read."""
_LONG = 24
"""Letters from which on a word is parted where it has no room, unless it is an address or an id."""
_COPIED = re.compile(r".*://.*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = re.compile(r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ|\S+)\s*")
"""With the space behind it; a time is one."""
_SEAMS, _SEAMS_OF_HEADS = "/", "/_"
"""Behind these a word may be parted, as behind a space."""


@dataclass(frozen=True, eq=False)
class Column:
    head: str
    cells: Sequence[str]
    whole: bool = False
    """No text: it is not parted, though it has spaces."""

    @property
    def natural(self) -> int:
        """Columns of a terminal that it takes with every cell in one line."""
        return max(map(cell_len, (self.head, *self.cells)))

    @property
    def least(self) -> int:
        """Those that it takes with texts in several."""
        if self.whole:
            return self.natural
        pieces = [*_pieces(self.head, _SEAMS_OF_HEADS), *(piece for cell in self.cells for piece in _pieces(cell))]
        kept = (cell_len(piece) for piece in map(str.rstrip, pieces) if len(piece) <= _LONG or _COPIED.fullmatch(piece))
        return max(0 if self._is_counts else min(self.natural, SLIM), *kept, 0)

    @property
    def _is_counts(self) -> bool:
        return any(self.cells) and all(cell.isdecimal() for cell in self.cells if cell)

    @property
    def is_empty(self) -> bool:
        """In every row there is."""
        return bool(self.cells) and not any(self.cells)

    @property
    def is_nought(self) -> bool:
        """0 wherever there is something."""
        return set(self.cells) - {""} == {"0"}


def fitted(columns: Sequence[Column], spare: Sequence[str], room: int | None) -> Mapping[Column, int] | None:
    """The columns that have room, and how wide each is; None where too much would have to go.

    What is empty goes first. Of the spare ones the last has its place first, and so on to the first of them.
    """
    natural = {column: column.natural for column in columns}
    if room is None or _sum(natural.values()) <= room:
        return natural
    least = {column: column.least for column in columns if not column.is_empty}
    kept = {column for column in least if column.head not in spare}
    if _sum(least[column] for column in kept) > room:
        return None
    for head in reversed(spare):
        more = {column for column in least if column.head == head}
        if _sum(least[column] for column in kept | more) <= room:
            kept |= more
    least = {column: width for column, width in least.items() if column in kept}
    return _widened(least, natural, room - _sum(least.values()))


def lines(widths: Mapping[Column, int]) -> Iterator[str]:
    """Of all rows; the first one, or more of them, are the heads."""
    yield from heads(widths)
    for row in zip(*(column.cells for column in widths), strict=True):
        yield from _beside(row, widths.values(), _SEAMS)


def heads(widths: Mapping[Column, int]) -> Iterator[str]:
    return _beside([column.head for column in widths], widths.values(), _SEAMS_OF_HEADS)


def parted(text: str, width: int, seams: str = _SEAMS) -> list[str]:
    """Lines of at most this width."""
    if cell_len(text) <= width:
        return [text]
    found = [""]
    for piece in _pieces(text, seams):
        if found[-1] and cell_len(found[-1] + piece.rstrip()) > width:
            found.append("")
        if cell_len(piece.rstrip()) > width:
            found[-1:] = chop_cells(piece, width)
        else:
            found[-1] += piece
    return [each.rstrip() for each in found]


def padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _widened(least: Mapping[Column, int], natural: Mapping[Column, int], left: int) -> Mapping[Column, int]:
    """What is left over goes to those first that need the least of it."""
    widths = dict(least)
    hungry = sorted(widths, key=lambda column: natural[column] - least[column])
    for number, column in enumerate(hungry):
        more = min(natural[column] - least[column], left // (len(hungry) - number))
        widths[column] += more
        left -= more
    return widths


def _sum(widths: Iterable[int]) -> int:
    known = list(widths)
    return sum(known) + len(GAP) * (len(known) - 1)


def _beside(cells: Sequence[str], widths: Iterable[int], seams: str) -> Iterator[str]:
    known = list(widths)
    below = (parted(cell, width, seams) for cell, width in zip(cells, known, strict=True))
    for pieces in zip_longest(*below, fillvalue=""):
        yield GAP.join(padded(piece, width) for piece, width in zip(pieces, known, strict=True)).rstrip()


def _pieces(text: str, seams: str = _SEAMS) -> Iterator[str]:
    """What stays together, with the space behind it."""
    for word in _WORD.findall(text):
        if _COPIED.fullmatch(word.rstrip()):
            yield word
        else:
            yield from re.findall(rf"[^{seams}]+[{seams}]*\s*|[{seams}]+\s*", word)
