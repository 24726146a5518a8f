"""`pressroom zuora`."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import typer

from pressroom_client.zuora_models import Sync

from . import options, screen, zuora_backup, zuora_customers, zuora_findings, zuora_schedules, zuora_workflows
from .session import client
from .zuora_following import Timeout, Wait, follow_sync
from .zuora_outcomes import error_of, state_of
from .zuora_targets import OfCustomer, OfEnvironment, OfWorkflow, customer_id, environment_id, environment_names

application = typer.Typer(
    help="Zuora's workflows: synced, searched, compared, kept.", no_args_is_help=True, rich_markup_mode=None
)

_COUNTS = ("created", "updated", "deleted", "deletion_refused", "export_failed")
"""The last of them matter most."""

Everything = Annotated[bool, typer.Option("--all", help="All customers.")]


@application.command()
def sync(
    context: typer.Context,
    *,
    customer: OfCustomer = None,
    environment: OfEnvironment = None,
    everything: Everything = False,
    wait: Wait = False,
    timeout: Timeout = None,
    full: Annotated[bool, typer.Option("--full", help="Export every workflow, not only what changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and change nothing.")] = False,
    override_guard: Annotated[
        bool,
        typer.Option(
            "--override-guard", help="Delete even where more would go than the guard allows; for tenant-admins."
        ),
    ] = False,
    as_json: screen.Json = False,
) -> None:
    """Sync an environment, all of a customer, or all customers.

    With --wait: 1 if not all were completed, 3 if they were, and some with errors.
    """
    _check_target(customer, environment, everything=everything)
    pressroom = client(context, timeout)
    accepted = pressroom.zuora.sync(
        environment_id=environment_id(pressroom, environment),
        customer_id=customer_id(pressroom, customer),
        everything=everything,
        full=full,
        dry_run=dry_run,
        override_guard=override_guard,
    )
    follow_sync(pressroom, accepted, wait=wait, timeout=timeout, as_json=as_json)


@application.command("extract-tasks")
def extract_tasks(
    context: typer.Context,
    *,
    customer: OfCustomer = None,
    environment: OfEnvironment = None,
    everything: Everything = False,
    workflow: OfWorkflow = None,
    wait: Wait = False,
    timeout: Timeout = None,
    as_json: screen.Json = False,
) -> None:
    """Read tasks out of stored exports again, not from Zuora.

    With --wait: 1 if not all were completed, 3 if they were, and some with errors.
    """
    _check_target(customer, environment, everything=everything)
    if workflow is not None and environment is None:
        raise typer.BadParameter("--workflow goes with its --environment")
    pressroom = client(context, timeout)
    accepted = pressroom.zuora.extract_tasks(
        environment_id(pressroom, environment),
        customer_id=customer_id(pressroom, customer),
        everything=everything,
        workflow_id=workflow,
    )
    follow_sync(pressroom, accepted, wait=wait, timeout=timeout, as_json=as_json)


@application.command()
def syncs(
    context: typer.Context,
    *,
    environment: OfEnvironment = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List syncs, newest first, each with its latest attempt.

    After one that failed, the job may try again.
    """
    pressroom = client(context)
    found = list(pressroom.zuora.syncs(environment_id=environment_id(pressroom, environment), limit=limit))
    if as_json:
        screen.json(found)
        return
    names = environment_names(context)
    heads = ("job", "environment", "attempt", "started", "ended", *_COUNTS, "error")
    rows = [_row(each, names) for each in found]
    screen.table(heads, rows, spare=_spare(found), whole=("environment",))


def _check_target(customer: str | None, environment: str | None, *, everything: bool) -> None:
    if (customer is not None) + (environment is not None) + everything != 1:
        raise typer.BadParameter("give one of --customer, --environment and --all")


def _row(sync: Sync, names: Mapping[UUID, str]) -> tuple[object, ...]:
    result = sync.result
    counts = (result.get(name, 0) if result else None for name in _COUNTS)
    environment = names.get(sync.environment_id, sync.environment_id)
    state = state_of(sync.state, dry_run=sync.dry_run)
    return (sync.job_id, environment, state, sync.started_at, sync.ended_at, *counts, error_of(sync))


def _spare(found: Sequence[Sync]) -> tuple[str, ...]:
    """What was counted matters more than the job and its times, unless it is 0; no count is without its dry run."""
    noughts = [name for name in _COUNTS if not any((each.result or {}).get(name) for each in found)]
    states = () if any(each.dry_run for each in found) else ("attempt",)
    return ("ended", "started", *noughts, "job", *states, *(name for name in _COUNTS if name not in noughts))


zuora_workflows.add_to(application)
zuora_findings.add_to(application)
application.command()(zuora_backup.backup)
application.add_typer(zuora_customers.customers, name="customers")
application.add_typer(zuora_customers.environments, name="environments")
application.add_typer(zuora_schedules.application, name="schedules")
