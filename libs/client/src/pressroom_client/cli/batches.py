"""`pressroom bulk` and `pressroom batch`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pressroom_client.batch_models import BatchChanged, BatchCounts, BatchDetail
from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError

from . import options, screen
from .bulk_file import wish_of
from .jobs import list_jobs
from .live import INTERRUPTED
from .session import client

application = typer.Typer(help="Batches: many jobs, seen as one.", no_args_is_help=True, rich_markup_mode=None)

BatchId = Annotated[UUID, typer.Argument(help="The id of a batch.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Seconds; else however long it takes.")]


def bulk(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="JSON (items, or an object with items), JSONL, or a prompt per line; - is standard input."),
    ],
    *,
    name: Annotated[str | None, typer.Option(help="Of the batch.")] = None,
    priority: options.Lane = None,
    skip_errors: Annotated[bool, typer.Option("--skip-errors", help="Make the sound items, tell the others.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the batch to its end.")] = False,
    timeout: Timeout = None,
    as_json: screen.Json = False,
) -> None:
    """Ask for many texts at once; 1 with --wait if not all were completed."""
    pressroom = client(context)
    wish = wish_of(file, skip_errors=skip_errors)
    on_error = "skip" if skip_errors else None
    given = {"name": name, "priority": priority, "on_error": on_error}
    wish |= {key: value for key, value in given.items() if value is not None}
    made = pressroom.generations.bulk(**wish)
    for error in made.errors:
        screen.note(f"{error.field}: {error.message}")
    if wait:
        follow_batch(pressroom, made.id, timeout, as_json=as_json)
    elif as_json:
        screen.json(made)
    else:
        screen.say(str(made.id))


@application.command()
def show(context: typer.Context, batch_id: BatchId, *, as_json: screen.Json = False) -> None:
    """Show how many of its jobs stand how."""
    _tell(client(context).batches.get(batch_id), as_json=as_json)


@application.command("list")
def list_(context: typer.Context, *, limit: options.Limit = 20, as_json: screen.Json = False) -> None:
    """List batches, newest first."""
    found = list(client(context).batches.list(limit=limit))
    if as_json:
        screen.json(found)
        return
    heads = ("id", "status", "name", "percent", "total", "failed", "created")
    rows = ((each.id, each.status, each.name, each.percent, each.total, each.failed, each.created_at) for each in found)
    screen.table(heads, rows, spare=("total", "created", "failed", "percent"))


@application.command()
def jobs(
    context: typer.Context,
    batch_id: BatchId,
    *,
    status: options.Statuses = None,
    limit: options.Limit = 1000,
    as_json: screen.Json = False,
) -> None:
    """List its jobs."""
    found = list(client(context).batches.jobs(batch_id, statuses=status or (), limit=limit))
    if as_json:
        screen.json(found)
    else:
        list_jobs(found)


@application.command()
def cancel(context: typer.Context, batch_id: BatchId, *, as_json: screen.Json = False) -> None:
    """Cancel all its jobs that are not over."""
    _changed(client(context).batches.cancel(batch_id), "cancelled", as_json=as_json)


@application.command()
def retry(context: typer.Context, batch_id: BatchId, *, as_json: screen.Json = False) -> None:
    """Try its failed jobs again."""
    done = client(context).batches.retry_failed(batch_id)
    _changed(done, "tried again", as_json=as_json)
    if done.done < done.matched:
        screen.note("A job that failed because of another one follows that one by itself.")


@application.command()
def watch(context: typer.Context, batch_id: BatchId, *, timeout: Timeout = None, as_json: screen.Json = False) -> None:
    """Follow it to its end; 1 if not all its jobs were completed. Ctrl-C leaves it alone."""
    follow_batch(client(context), batch_id, timeout, as_json=as_json)


def follow_batch(pressroom: Pressroom, batch_id: UUID, timeout: float | None, *, as_json: bool) -> None:
    """Raises PressroomError for jobs that were not completed, Exit after Ctrl-C."""
    ended = ended_batch(pressroom, batch_id, timeout)
    _tell(ended, as_json=as_json)
    if ended.status != "completed":
        raise PressroomError(0, "not_completed", f"{ended.failed} failed and {ended.cancelled} cancelled jobs.")


def ended_batch(pressroom: Pressroom, batch_id: UUID, timeout: float | None) -> BatchDetail:
    """Once it is over. Raises PressroomError, Exit after Ctrl-C."""
    console = screen.live()
    try:
        with closing(pressroom.batches.events(batch_id, timeout=timeout)) as events, _bar(console) as bar:
            shown = bar.add_task("", total=None)
            for counts in events:
                done = counts.total - counts.blocked - counts.pending - counts.processing
                bar.update(shown, total=counts.total, completed=done, description=words(counts))
    except KeyboardInterrupt:
        screen.note(f"Batch {batch_id} goes on: pressroom batch watch {batch_id}")
        raise typer.Exit(INTERRUPTED) from None
    return pressroom.batches.get(batch_id)


def words(counts: BatchCounts) -> str:
    """`12 completed, 3 processing, 5 pending`: what there is."""
    names = ("completed", "failed", "cancelled", "processing", "pending", "blocked", "deleted")
    found = [f"{number} {name}" for name in names if (number := getattr(counts, name))]
    return ", ".join(found) or "no jobs"


def _bar(console: Console | None) -> Progress:
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=console, transient=True, disable=console is None)


def _tell(batch: BatchDetail, *, as_json: bool) -> None:
    if as_json:
        screen.json(batch)
        return
    usage = batch.usage
    screen.pairs(
        [
            ("id", batch.id),
            ("name", batch.name),
            ("status", batch.status),
            ("jobs", f"{batch.total}: {words(batch)}"),
            ("over", f"{batch.percent} %"),
            ("ends about", batch.eta),
            ("completed", batch.completed_at),
            ("created", f"{batch.created_at:%Y-%m-%d %H:%M:%S%z} by {batch.created_by}"),
            ("tokens", f"{usage.total_tokens} in {usage.calls} calls" if usage else None),
        ]
    )


def _changed(done: BatchChanged, what: str, *, as_json: bool) -> None:
    if as_json:
        screen.json(done)
    else:
        screen.say(f"{screen.jobs(done.done)} of {done.matched} {what}")
