"""`pressroom doctor`."""

from typing import Annotated

import typer

from pressroom_client.doctor import Doctor, Finding

from . import screen
from .session import examined

_MARKS = {"well": "ok", "unwell": "WRONG", "not looked at": "-"}


def doctor(
    context: typer.Context,
    *,
    generation: Annotated[bool, typer.Option(help="Also generate a tiny text, which costs a few tokens.")] = True,
    patience: Annotated[float, typer.Option(min=1, help="Seconds for the text.")] = 60,
    as_json: screen.Json = False,
) -> None:
    """Check a running system end to end: what is wrong, and what to do; 1 if anything is."""
    client, operator = examined(context)
    found: list[Finding] = []
    for finding in Doctor(client, operator, generation, patience).examine():
        found.append(finding)
        if not as_json:
            _tell(finding)
    if as_json:
        screen.json(found)
    if any(finding.state == "unwell" for finding in found):
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    screen.say(f"{_MARKS[finding.state]:<6} {finding.what:<11} {finding.seconds:6.2f} s  {finding.detail}")
    if finding.advice:
        screen.say(f"{'':<29}{finding.advice}")
