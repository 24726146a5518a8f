"""`pressroom admin jobs …`: jobs of all tenants; by filter only after a preview and a question."""

from collections.abc import Callable
from typing import Annotated, Protocol
from uuid import UUID

import typer

from pressroom_client.admin_models import BulkDone, JobFilter
from pressroom_client.blocking.admin_jobs import AdminJobs

from . import options, screen
from .jobs import describe, list_jobs
from .session import operator

application = typer.Typer(help="Jobs of all tenants.", no_args_is_help=True)

Tenant = Annotated[str | None, typer.Option(help="Slug or id.")]
ErrorCode = Annotated[str | None, typer.Option(help="Of the last error, provider_failed say.")]
Ids = Annotated[list[UUID] | None, typer.Option("--id", help="May be repeated.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only count what it would be.")]


class _Action(Protocol):
    def __call__(self, which: JobFilter, *, preview: bool) -> BulkDone: ...


@application.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant = None,
    status: options.Statuses = None,
    kind: options.Kind = None,
    lane: options.Lane = None,
    error_code: ErrorCode = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List jobs, newest first."""
    pages = operator(context).admin.jobs
    found = list(
        pages.list(tenant=tenant, statuses=status or (), kind=kind, lane=lane, error_code=error_code, limit=limit)
    )
    if as_json:
        screen.json(found)
    else:
        list_jobs(found)


@application.command()
def show(context: typer.Context, job_id: options.JobId, *, as_json: screen.Json = False) -> None:
    """Show a job of any tenant."""
    job = operator(context).admin.jobs.get(job_id)
    if as_json:
        screen.json(job)
    else:
        describe(job)


def _by_filter(name: str, words: str, choose: Callable[[AdminJobs], _Action]) -> None:
    """A command that counts first, asks, and then does it."""

    def command(
        context: typer.Context,
        *,
        ids: Ids = None,
        tenant: Tenant = None,
        status: options.Statuses = None,
        kind: options.Kind = None,
        lane: options.Lane = None,
        error_code: ErrorCode = None,
        created_from: options.From = None,
        created_to: options.To = None,
        preview: Preview = False,
        yes: Yes = False,
        as_json: screen.Json = False,
    ) -> None:
        which = JobFilter(
            ids=tuple(ids) if ids else None,
            tenant=tenant,
            statuses=tuple(status) if status else None,
            kind=kind,
            lane=lane,
            error_code=error_code,
            created_from=created_from,
            created_to=created_to,
        )
        _carry_out(choose(operator(context).admin.jobs), which, name, preview=preview, yes=yes, as_json=as_json)

    command.__doc__ = words
    application.command(name)(command)


def _carry_out(action: _Action, which: JobFilter, name: str, *, preview: bool, yes: bool, as_json: bool) -> None:
    found = action(which, preview=True)
    if not preview and found.matched:
        if not yes:
            typer.confirm(f"{name.capitalize()} {screen.jobs(found.matched)}?", abort=True, err=True)
        found = action(which, preview=False)
    if as_json:
        screen.json(found)
    else:
        screen.say(f"{screen.jobs(found.matched)} found, {found.done} done.")
    if found.done < found.matched and not preview:
        screen.note("At most 10,000 a request, and some may have moved on meanwhile: the same command does the rest.")


_by_filter("retry", "Try failed and cancelled jobs again, by filter.", lambda jobs: jobs.retry_all)
_by_filter("cancel", "Cancel jobs that are not over, by filter.", lambda jobs: jobs.cancel_all)
_by_filter("delete", "Delete jobs that are over, by filter.", lambda jobs: jobs.delete_all)
