"""`pressroom watch`."""

from typing import Annotated

import typer

from pressroom_client.events import Result

from . import screen
from .live import Events, follow, shown
from .options import JobId
from .session import client


def watch(
    context: typer.Context,
    job_id: JobId,
    *,
    timeout: Annotated[float | None, typer.Option(min=0, help="Seconds; else however long it takes.")] = None,
    events: Events = False,
    as_json: screen.Json = False,
) -> None:
    """Follow a job: its text as it comes, to the end; 1 if it failed or was cancelled. Ctrl-C leaves the job alone."""
    what = shown(as_json=as_json, events=events)
    ended = follow(client(context).jobs.events(job_id, timeout=timeout), what, job_id)
    without_text = isinstance(ended, Result) and ended.content is None
    if what == "nothing" or (what == "text" and without_text):
        screen.json(ended)
