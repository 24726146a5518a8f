"""`pressroom generate`."""

import json as json_text
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.events import Result
from pressroom_client.models import Accepted, Generation, HandedOver
from pressroom_client.wishes import TextWish

from . import options, screen
from .live import HANDED_OVER, Events, Shown, follow, handed_over, leaving, shown
from .session import client

Prompt = Annotated[str | None, typer.Argument(help="The text to send; - reads it from standard input.")]
Now = Annotated[bool, typer.Option("--now", help="Sync mode: the answer is the text, if it does not take too long.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the text, however long it takes up to --timeout.")]
Stream = Annotated[bool, typer.Option(help="With --now: print the text as it comes, not when it is complete.")]
Var = Annotated[list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="Of the prompt; may be repeated.")]
Schema = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A file with a JSON Schema.")]


def generate(
    context: typer.Context,
    prompt: Prompt = None,
    *,
    now: Now = False,
    wait: Wait = False,
    prompt_id: Annotated[str | None, typer.Option(help="A stored prompt.")] = None,
    prompt_version: Annotated[int | None, typer.Option(help="Of the stored prompt.")] = None,
    prompt_label: Annotated[str | None, typer.Option(help="Of the stored prompt; else production.")] = None,
    var: Var = None,
    page_id: Annotated[str | None, typer.Option(help="A stored page.")] = None,
    instructions: Annotated[str | None, typer.Option(help="Appended to the text.")] = None,
    model: Annotated[str | None, typer.Option(help="Instead of the default.")] = None,
    priority: options.Lane = None,
    run_at: options.RunAt = None,
    schema: Schema = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds, of --wait.")] = 1200,
    stream: Stream = True,
    events: Events = False,
    as_json: screen.Json = False,
) -> None:
    """Generate a text: print the job's id, or with --now or --wait the text.

    Ctrl-C leaves the job alone. Exit code 75: --now took too long, there is no text yet, and the job goes on.
    """
    _check(now=now, later=run_at is not None, events=events, streams=stream)
    wish = TextWish(
        prompt_id=prompt_id,
        prompt_version=prompt_version,
        prompt_label=prompt_label,
        variables=options.variables(var) if var else None,
        page_id=page_id,
        additional_instructions=instructions,
        model=model,
        priority=priority,
        response_schema=_schema(schema),
    )
    text, patience = _text(prompt), timeout if wait else None
    if now and stream:
        _live(client(context), text, wish, shown(as_json=as_json, events=events), patience)
    else:
        made = _made(client(context), text, wish, run_at, now=now, patience=patience)
        _show(made, as_json=as_json)


def _check(*, now: bool, later: bool, events: bool, streams: bool) -> None:
    if now and later:
        raise typer.BadParameter("--now is not later", param_hint="--run-at")
    if events and not (now and streams):
        raise typer.BadParameter("are those of --now", param_hint="--events")


def _live(pressroom: Pressroom, text: str | None, wish: TextWish, what: Shown, timeout: float | None) -> None:
    """`timeout`: seconds, where the text is waited for after a hand-over, too. Raises PressroomError, Exit."""
    ended = follow(pressroom.generations.stream(text, follow=timeout is not None, timeout=timeout, **wish), what)
    if what == "nothing":
        screen.json(ended.generation if isinstance(ended, Result) else ended)
    if isinstance(ended, HandedOver):
        raise typer.Exit(HANDED_OVER)


def _text(prompt: str | None) -> str | None:
    return sys.stdin.read() if prompt == "-" else prompt


def _made(
    pressroom: Pressroom,
    text: str | None,
    wish: TextWish,
    run_at: datetime | None,
    *,
    now: bool,
    patience: float | None,
) -> Accepted | Generation:
    """`patience`: seconds that the text is waited for; None: only in sync mode. Raises PressroomError, Exit."""
    made: Accepted | Generation
    with leaving():
        if now:
            made = pressroom.generations.generate(text, **wish)
        else:
            made = pressroom.generations.create(text, run_at=run_at, **wish)
    if isinstance(made, HandedOver):
        screen.note(handed_over(made))
    if patience is None or isinstance(made, Generation):
        return made
    with leaving(made.id):
        pressroom.wait([made.id], timeout=patience, interval=1)
        return pressroom.generations.get(made.id)


def _show(made: Accepted | Generation, *, as_json: bool) -> None:
    """Raises PressroomError for a generation that ended without a text, Exit for one that was handed over."""
    if as_json:
        screen.json(made)
    if isinstance(made, HandedOver):
        raise typer.Exit(HANDED_OVER)
    if isinstance(made, Generation) and made.status != "completed":
        error = made.error
        detail = f"{made.id} {made.status}: {error.detail if error else 'by a person or another call'}"
        raise PressroomError(0, error.code if error else made.status, detail)
    if not as_json:
        screen.say((made.content or "") if isinstance(made, Generation) else str(made.id))


def _schema(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        found = json_text.loads(path.read_text())
    except ValueError as error:
        raise typer.BadParameter(f"{path} holds no JSON", param_hint="--schema") from error
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{path} holds no JSON object", param_hint="--schema")
    return found
