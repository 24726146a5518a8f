"""`pressroom zuora schedules`."""

from typing import Annotated
from uuid import UUID

import typer

from pressroom_client.zuora_models import Schedule

from . import options, screen
from .session import client
from .zuora_following import Timeout, Wait, follow_sync
from .zuora_targets import (
    EnvironmentName,
    OfEnvironment,
    Yes,
    confirmed,
    environment_id,
    environment_names,
    environment_of,
)

application = typer.Typer(help="Syncs that come again.", no_args_is_help=True, rich_markup_mode=None)

ScheduleId = Annotated[UUID, typer.Argument(metavar="SCHEDULE", help="The id of a schedule.")]
Timezone = Annotated[str | None, typer.Option(help="Europe/Berlin, say; else UTC.")]
Jitter = Annotated[
    int | None, typer.Option(min=0, help="Seconds, up to 3600, by which each comes later at most; else 60.")
]
Cron = Annotated[str | None, typer.Option(help="Five fields: minute, hour, day of month, month, day of week.")]
Full = Annotated[
    bool | None, typer.Option("--full/--changes", help="Export every workflow each time, or what changed.")
]


@application.command("list")
def list_schedules(
    context: typer.Context,
    *,
    environment: OfEnvironment = None,
    limit: options.Limit = 200,
    as_json: screen.Json = False,
) -> None:
    """List schedules with their next runs."""
    pressroom = client(context)
    wanted = environment_id(pressroom, environment)
    found = screen.first(pressroom.zuora.schedules.list(environment_id=wanted, limit=limit + 1), limit)
    if as_json:
        screen.json(found)
        return
    names = environment_names(context)
    heads = ("id", "environment", "cron", "timezone", "next", "paused by", "last")
    rows = (
        (
            *(each.id, names.get(each.environment_id, each.environment_id), each.cron, each.timezone),
            *(each.next_at, each.paused_by, each.last_at),
        )
        for each in found
    )
    screen.table(heads, rows, spare=("last", "timezone", "paused by", "next"), whole=("cron", "environment"))


@application.command()
def add(
    context: typer.Context,
    environment: EnvironmentName,
    cron: Annotated[str, typer.Argument(help="Five fields, '0 2 * * *' say.")],
    *,
    timezone: Timezone = None,
    jitter: Jitter = None,
    full: Full = None,
    as_json: screen.Json = False,
) -> None:
    """Sync an environment again and again."""
    pressroom = client(context)
    wanted = environment_of(pressroom, environment).id
    made = pressroom.zuora.schedules.create(wanted, cron, timezone=timezone, jitter_seconds=jitter, full=full)
    if as_json:
        screen.json(made)
    else:
        screen.say(str(made.id))
        screen.note(f"Next: {screen.text_of(made.next_at)}")


@application.command()
def show(context: typer.Context, schedule_id: ScheduleId, *, as_json: screen.Json = False) -> None:
    """Show a schedule with its next runs."""
    _tell(context, client(context).zuora.schedules.get(schedule_id), as_json=as_json)


@application.command()
def edit(
    context: typer.Context,
    schedule_id: ScheduleId,
    *,
    cron: Cron = None,
    timezone: Timezone = None,
    jitter: Jitter = None,
    full: Full = None,
    as_json: screen.Json = False,
) -> None:
    """Change what is given."""
    if cron is None and timezone is None and jitter is None and full is None:
        raise typer.BadParameter("give something to change")
    changed = client(context).zuora.schedules.change(
        schedule_id, cron=cron, timezone=timezone, jitter_seconds=jitter, full=full
    )
    _tell(context, changed, as_json=as_json)


@application.command()
def delete(context: typer.Context, schedule_id: ScheduleId, *, yes: Yes = False, as_json: screen.Json = False) -> None:
    """Delete a schedule; jobs that it made go on."""
    pressroom = client(context)
    found = pressroom.zuora.schedules.get(schedule_id)
    if not yes:
        confirmed(f"Delete the schedule {found.cron} {found.timezone} of {_environment(context, found)}?", yes=yes)
    pressroom.zuora.schedules.delete(schedule_id)
    if as_json:
        screen.json(found)
    else:
        screen.say(str(found.id))


@application.command()
def pause(context: typer.Context, schedule_id: ScheduleId, *, as_json: screen.Json = False) -> None:
    """Let it make no jobs until it is resumed."""
    _tell(context, client(context).zuora.schedules.pause(schedule_id), as_json=as_json)


@application.command()
def resume(context: typer.Context, schedule_id: ScheduleId, *, as_json: screen.Json = False) -> None:
    """Let it go on from its next time."""
    _tell(context, client(context).zuora.schedules.resume(schedule_id), as_json=as_json)


@application.command()
def trigger(
    context: typer.Context,
    schedule_id: ScheduleId,
    *,
    wait: Wait = False,
    timeout: Timeout = None,
    as_json: screen.Json = False,
) -> None:
    """Make its job now, also where it is paused."""
    pressroom = client(context, timeout)
    accepted = pressroom.zuora.schedules.trigger(schedule_id)
    follow_sync(pressroom, accepted, wait=wait, timeout=timeout, as_json=as_json)


def _environment(context: typer.Context, schedule: Schedule) -> str:
    """Its name, where it can be had."""
    return environment_names(context).get(schedule.environment_id, str(schedule.environment_id))


def _tell(context: typer.Context, schedule: Schedule, *, as_json: bool) -> None:
    if as_json:
        screen.json(schedule)
        return
    screen.pairs(
        [
            ("id", schedule.id),
            ("environment", _environment(context, schedule)),
            ("cron", f"{schedule.cron} {schedule.timezone}"),
            ("jitter", f"up to {schedule.jitter_seconds} s" if schedule.jitter_seconds else None),
            ("exports", "every workflow" if schedule.full else "what changed"),
            (
                "paused",
                f"by {schedule.paused_by} at {screen.text_of(schedule.paused_at)}" if schedule.paused_by else None,
            ),
            ("last", schedule.last_at),
            ("last job", schedule.last_job_id),
            ("skipped", schedule.skipped_at),
            *(("next", run) for run in schedule.next_runs if not schedule.paused_by),
        ]
    )
