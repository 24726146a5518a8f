"""How commands end that compare: as `diff` and `grep` do, so that a script can tell a difference from a failure."""

from typing import Annotated

import typer

WITH_ERRORS = 3
"""A sync was completed, and its result tells errors: something was kept, or could not be exported."""
_COMPARES = "pressroom.compares"


def _remember(context: typer.Context, value: bool) -> bool:  # noqa: FBT001 - as callbacks of options are called
    context.meta[_COMPARES] = value
    return value


ExitCode = Annotated[
    bool,
    typer.Option("--exit-code", help="End with 1 where there is something, and with 2 for errors.", callback=_remember),
]


def of_an_error(context: typer.Context) -> int:
    """The code of the command that failed: 1, unless that says that it found something."""
    return 2 if context.meta.get(_COMPARES) else 1
