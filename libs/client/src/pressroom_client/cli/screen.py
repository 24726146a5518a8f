"""What the command line shows: tables and texts for people, JSON for programs."""

import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import pydantic_core
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from .columns import GAP, SLIM, Column, fitted, heads, lines, padded, parted

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
Row = TypeVar("Row")


def json(value: Any) -> None:
    """Models, lists of them, and the like."""
    typer.echo(pydantic_core.to_json(value, indent=2).decode())


def line(value: Any) -> None:
    """JSON in a line of its own."""
    typer.echo(pydantic_core.to_json(value).decode())


def pour(text: str) -> None:
    """A piece of a result, at once and as `say` has it."""
    if text:
        typer.echo(printable(text) if sys.stdout.isatty() else text, nl=False)


def say(text: str) -> None:
    """A result. On a terminal without control characters: they might do more than be shown."""
    typer.echo(printable(text) if sys.stdout.isatty() else text)


def note(text: str) -> None:
    """Beside the result."""
    typer.echo(printable(text), err=True)


def first(found: Iterable[Row], limit: int) -> list[Row]:
    """So many; that there are more is said. `found`: asked for one more than that."""
    known = list(found)
    if len(known) > limit:
        note(f"There are more than {limit}: --limit has more of them.")
    return known[:limit]


def table(
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    spare: Sequence[str] = (),
    whole: Collection[str] = (),
) -> None:
    """A line for each row; on a terminal that has no room for it, texts go on below.

    `spare`: columns that a narrow terminal does without, first what matters least. `whole`: those that are no
    texts, though they have spaces.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    columns = [Column(name, [row[place] for row in cells], name in whole) for place, name in enumerate(names)]
    widths = fitted(columns, spare, _room())
    if widths is None:
        _apart(names, cells)
        return
    console, of_heads = _console(), len([*heads(widths)])
    for number, text in enumerate(lines(widths)):
        console.print(Text(text, style="bold" if number < of_heads else ""), soft_wrap=True)
    if not cells:
        note("There are none.")
    _note_without([column for column in columns if column not in widths and any(column.cells)])


def pairs(rows: Iterable[tuple[str, object]]) -> None:
    """What is known of one thing; what is not known is left out."""
    found = [(name, _cell(value)) for name, value in rows if value not in {None, ""}]
    room, console = _room(), _console()
    aside = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        texts = [value] if room is None else parted(value, max(room - aside - len(GAP), SLIM))
        for number, text in enumerate(texts):
            shown = Text(padded("" if number else name, aside), style="bold").append(GAP + text, style="not bold")
            console.print(shown, soft_wrap=True)


def jobs(count: int) -> str:
    return f"{count} job" if count == 1 else f"{count} jobs"


def printable(text: str) -> str:
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")


def text_of(value: object) -> str:
    """As tables show it: times in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return str(value)


def live() -> Console | None:
    """Where somebody sees what changes: a terminal, of the result if it goes there, else of what is beside it."""
    for console in (Console(markup=False, highlight=False, emoji=False), Console(stderr=True, emoji=False)):
        if console.is_terminal:
            return None if console.is_dumb_terminal else console
    return None


def _note_without(left_out: Sequence[Column]) -> None:
    """What is 0 is told all the same."""
    noughts = ", ".join(column.head for column in left_out if column.is_nought)
    others = ", ".join(column.head for column in left_out if not column.is_nought)
    if noughts:
        _note_within(f"0 everywhere: {noughts}.")
    if others:
        _note_within(f"The terminal is too narrow for: {others}. --json has all.")


def _note_within(text: str) -> None:
    for each in parted(text, _room() or cell_len(text)):
        note(each)


def _apart(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One row below the other."""
    for number, row in enumerate(rows):
        if number:
            say("")
        pairs(zip(names, row, strict=True))


def _cell(value: object) -> str:
    """In one line."""
    return " ".join(printable(text_of(value)).replace("\t", " ").splitlines())


def _room() -> int | None:
    """Columns of the terminal; None where nobody looks."""
    return _console().width if sys.stdout.isatty() else None


def _console() -> Console:
    return Console(markup=False, highlight=False, emoji=False)
