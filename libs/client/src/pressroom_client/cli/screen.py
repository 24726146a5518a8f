"""What the command line shows: tables and texts for people, JSON for programs."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import pydantic_core
import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
_WIDE = 240
"""Columns of a table that no terminal shows."""


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


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        shown.add_column(head, no_wrap=head in {"id", "status"})
    for row in rows:
        shown.add_row(*(printable(text_of(cell)) for cell in row))
    _console().print(shown)


def pairs(rows: Iterable[tuple[str, object]]) -> None:
    """What is known of one thing; what is not known is left out."""
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold")
    shown.add_column(overflow="fold")
    for name, value in rows:
        if value not in {None, ""}:
            shown.add_row(name, printable(text_of(value)))
    _console().print(shown)


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


def _console() -> Console:
    width = None if sys.stdout.isatty() else _WIDE
    return Console(markup=False, highlight=False, emoji=False, width=width)
