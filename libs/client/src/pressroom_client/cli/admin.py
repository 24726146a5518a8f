"""`pressroom admin …`: operations, with a super-admin's key."""

from typing import Annotated

import typer

from pressroom_client.admin_models import LogLevel, ModeUse, Ordered, Pause, Place

from . import admin_jobs, flags, options, parked, screen
from .session import operator

application = typer.Typer(
    help="Operations, with a super-admin's key: PRESSROOM_ADMIN_KEY, else PRESSROOM_API_KEY.", no_args_is_help=True
)
application.add_typer(admin_jobs.application, name="jobs")
application.add_typer(flags.application, name="flags")
application.add_typer(parked.application, name="parked")

WorkerName = Annotated[str, typer.Argument(help="The worker process, generator-1 say.")]
What = Annotated[Place, typer.Argument(help="What is paused as a whole.")]
Name = Annotated[str, typer.Argument(help="The lane, the kind, or the tenant's slug or id.")]


@application.command()
def stats(context: typer.Context, *, as_json: screen.Json = False) -> None:
    """Show workers, jobs and how they do."""
    found = operator(context).admin.stats()
    if as_json:
        screen.json(found)
        return
    hour, workers, rate = found.jobs.last_hour, found.workers, found.jobs.last_hour.failure_rate
    screen.pairs(
        [
            ("workers", f"{workers.alive} alive, {workers.draining} draining, {workers.stale} stale"),
            ("jobs", found.jobs.total),
            *((f"  {status}", count) for status, count in found.jobs.by_status.items()),
            ("last hour", f"{hour.completed} completed, {hour.failed} failed, {hour.cancelled} cancelled"),
            *((f"  {each.execution_mode}", _use(each)) for each in found.metrics.modes),
            ("failures", None if rate is None else f"{rate:.1%}"),
            ("per minute", f"{found.metrics.throughput_per_minute:g}"),
            ("tokens, last day", found.metrics.tokens_last_day.total),
        ]
    )


@application.command()
def workers(context: typer.Context, *, as_json: screen.Json = False) -> None:
    """List worker processes, by their last heartbeat."""
    found = operator(context).admin.workers()
    if as_json:
        screen.json(found)
        return
    rows = ((each.name, each.state, each.holds, each.done, each.host, each.last_heartbeat_at) for each in found)
    screen.table(("name", "state", "holds", "done", "host", "heard of"), rows, spare=("host", "heard of", "done"))


@application.command()
def drain(context: typer.Context, worker: WorkerName, *, as_json: screen.Json = False) -> None:
    """Let a worker finish, and take nothing more."""
    _tell(operator(context).admin.drain(worker), as_json=as_json)


@application.command()
def restart(context: typer.Context, worker: WorkerName, *, as_json: screen.Json = False) -> None:
    """Let a worker finish, and start again."""
    _tell(operator(context).admin.restart(worker), as_json=as_json)


@application.command("log-level")
def log_level(
    context: typer.Context,
    worker: WorkerName,
    level: Annotated[LogLevel, typer.Argument(help="From here up.")],
    *,
    as_json: screen.Json = False,
) -> None:
    """Set what a worker logs, until it ends."""
    _tell(operator(context).admin.set_log_level(worker, level), as_json=as_json)


@application.command()
def lanes(context: typer.Context, *, as_json: screen.Json = False) -> None:
    """Show every lane's window, what is out and what waits."""
    found = operator(context).admin.lanes()
    if as_json:
        screen.json(found)
        return
    rows = (
        (each.service, each.lane, each.out, each.window, each.waiting, each.workers, each.slots, each.paused_by)
        for each in found
    )
    screen.table(("service", "lane", "out", "window", "waiting", "workers", "slots", "paused by"), rows)


@application.command()
def pauses(context: typer.Context, *, as_json: screen.Json = False) -> None:
    """Show what is paused, by whom and since when."""
    _show_pauses(operator(context).admin.pauses(), as_json=as_json)


@application.command()
def pause(context: typer.Context, what: What, name: Name, *, as_json: screen.Json = False) -> None:
    """Let nothing more of a lane, a kind or a tenant go out."""
    _show_pauses(operator(context).admin.pause(what, name), as_json=as_json)


@application.command()
def resume(context: typer.Context, what: What, name: Name, *, as_json: screen.Json = False) -> None:
    """Let it go on."""
    _show_pauses(operator(context).admin.resume(what, name), as_json=as_json)


@application.command()
def tenants(context: typer.Context, *, limit: options.Limit = 50, as_json: screen.Json = False) -> None:
    """List tenants, newest first."""
    found = list(operator(context).admin.tenants.list(limit=limit))
    if as_json:
        screen.json(found)
        return
    rows = ((each.id, each.slug, each.name, each.max_jobs, each.created_at) for each in found)
    screen.table(("id", "slug", "name", "max jobs", "created"), rows, spare=("created", "max jobs"))


@application.command()
def audit(
    context: typer.Context,
    *,
    who: Annotated[str | None, typer.Option(help="A key's id or name, or a tenant's id.")] = None,
    action: Annotated[str | None, typer.Option(help="A part of method and route.")] = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List administrative calls, newest first."""
    found = list(operator(context).admin.audit(who=who, action=action, limit=limit))
    if as_json:
        screen.json(found)
        return
    rows = ((each.at, each.created_by, each.action, each.status, each.address) for each in found)
    screen.table(("at", "who", "action", "answer", "address"), rows, spare=("address",))


def _use(mode: ModeUse) -> str:
    middle = "" if mode.p50_seconds is None else f", half of them within {mode.p50_seconds:.1f} s"
    return f"{mode.completed} completed{middle}, {mode.failed} failed, {mode.cancelled} cancelled"


def _tell(ordered: Ordered, *, as_json: bool) -> None:
    if as_json:
        screen.json(ordered)
    else:
        screen.say(f"{', '.join(ordered.workers)}: {ordered.detail}")


def _show_pauses(found: tuple[Pause, ...], *, as_json: bool) -> None:
    if as_json:
        screen.json(found)
        return
    rows = ((each.scope, each.name, each.held_by, each.held_at) for each in found)
    screen.table(("what", "name", "by", "since"), rows)
