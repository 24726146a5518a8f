"""`pressroom zuora customers` and `pressroom zuora environments`."""

from typing import Annotated

import typer

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.messages import KEEP
from pressroom_client.zuora_models import ConnectionCheck, Customer, Environment, EnvironmentWish

from . import options, screen
from .session import client
from .zuora_outcomes import outcome_of
from .zuora_targets import (
    CustomerName,
    EnvironmentName,
    OfCustomer,
    SecretStdin,
    Yes,
    client_secret,
    confirmed,
    customer_of,
    environment_of,
    tell_saved,
)

customers = typer.Typer(help="Whose workflows are kept.", no_args_is_help=True, rich_markup_mode=None)
environments = typer.Typer(help="Zuora tenants of customers.", no_args_is_help=True, rich_markup_mode=None)

NewName = Annotated[str | None, typer.Option("--name", help="The new name.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="https://rest.zuora.com, say.")]
ClientId = Annotated[str | None, typer.Option("--client-id", help="Of the OAuth client.")]
EntityId = Annotated[str | None, typer.Option("--entity-id", help="Of a multi-entity tenant.")]
First = Annotated[str | None, typer.Option("--environment", help="Its first environment; else production.")]


@customers.command("list")
def list_customers(context: typer.Context, *, limit: options.Limit = 200, as_json: screen.Json = False) -> None:
    """List customers with their environments."""
    found = screen.first(client(context).zuora.customers.list(limit=limit + 1), limit)
    if as_json:
        screen.json(found)
        return
    rows = ((each.id, each.name, ", ".join(one.name for one in each.environments)) for each in found)
    screen.table(("id", "name", "environments"), rows)


@customers.command("add")
def add_customer(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The customer's name.")],
    *,
    environment: First = None,
    base_url: BaseUrl = None,
    client_id: ClientId = None,
    entity_id: EntityId = None,
    secret_stdin: SecretStdin = False,
    as_json: screen.Json = False,
) -> None:
    """Add a customer, and an environment where one is given.

    With --base-url and --client-id an environment is added as well, and synced at once. The client secret is asked
    for, or read from standard input or PRESSROOM_ZUORA_CLIENT_SECRET.
    """
    if (base_url is None) != (client_id is None):
        raise typer.BadParameter("--base-url and --client-id go together")
    if base_url is None and (environment or entity_id or secret_stdin):
        raise typer.BadParameter("an environment needs --base-url and --client-id")
    wishes: list[EnvironmentWish] = []
    if base_url is not None and client_id is not None:
        wish: EnvironmentWish = {"name": environment or "production", "base_url": base_url, "client_id": client_id}
        wish["client_secret"] = client_secret(context, stdin=secret_stdin)
        wishes.append(wish if entity_id is None else {**wish, "entity_id": entity_id})
    saved = client(context).zuora.customers.create(name, wishes)
    tell_saved(saved, saved.sync_job_ids, saved.id, as_json=as_json)


@customers.command("edit")
def edit_customer(
    context: typer.Context,
    customer: CustomerName,
    *,
    name: Annotated[str, typer.Option("--name", help="The new name.")],
    as_json: screen.Json = False,
) -> None:
    """Rename a customer."""
    pressroom = client(context)
    _tell(pressroom.zuora.customers.rename(customer_of(pressroom, customer).id, name), as_json=as_json)


@customers.command("delete")
def delete_customer(
    context: typer.Context, customer: CustomerName, *, yes: Yes = False, as_json: screen.Json = False
) -> None:
    """Delete a customer with all that is kept of it.

    That is its environments, workflows, exports and schedules.
    """
    pressroom = client(context)
    found = customer_of(pressroom, customer)
    workflows = sum(each.workflows for each in found.environments)
    confirmed(f"Delete {found.name} with {workflows} workflows and all their exports?", yes=yes)
    pressroom.zuora.customers.delete(found.id)
    _tell(found, as_json=as_json)


@customers.command("test")
def try_customer(context: typer.Context, customer: CustomerName, *, as_json: screen.Json = False) -> None:
    """Try the credentials of all its environments.

    Exit code 1 if something is missing.
    """
    pressroom = client(context)
    _test(pressroom, customer_of(pressroom, customer).environments, as_json=as_json)


@environments.command("list")
def list_environments(context: typer.Context, *, customer: OfCustomer = None, as_json: screen.Json = False) -> None:
    """List environments, and how their last syncs went."""
    pressroom = client(context)
    wanted = None if customer is None else customer_of(pressroom, customer).id
    found = pressroom.zuora.environments.list(customer_id=wanted)
    if as_json:
        screen.json(found)
        return
    heads = ("id", "environment", "base url", "workflows", "listed", "last sync")
    rows = (
        (
            *(each.id, f"{each.customer}/{each.name}", each.base_url, each.workflows, each.listed_at),
            outcome_of(each.last_sync),
        )
        for each in found
    )
    screen.table(heads, rows, spare=("listed", "workflows", "base url"), whole=("environment",))


@environments.command("add")
def add_environment(
    context: typer.Context,
    customer: CustomerName,
    name: Annotated[str, typer.Argument(help="The environment's name, sandbox say.")],
    *,
    base_url: Annotated[str, typer.Option("--base-url", help="https://rest.zuora.com, say.")],
    client_id: Annotated[str, typer.Option("--client-id", help="Of the OAuth client.")],
    entity_id: EntityId = None,
    secret_stdin: SecretStdin = False,
    as_json: screen.Json = False,
) -> None:
    """Add an environment, which is synced at once.

    The client secret is asked for, or read from standard input or PRESSROOM_ZUORA_CLIENT_SECRET.
    """
    pressroom = client(context)
    customer_id = customer_of(pressroom, customer).id
    secret = client_secret(context, stdin=secret_stdin)
    saved = pressroom.zuora.environments.create(
        customer_id,
        name=name,
        base_url=base_url,
        client_id=client_id,
        client_secret=secret,
        entity_id=entity_id,
    )
    tell_saved(saved, (saved.sync_job_id,), saved.id, as_json=as_json)


@environments.command("edit")
def edit_environment(
    context: typer.Context,
    environment: EnvironmentName,
    *,
    name: NewName = None,
    base_url: BaseUrl = None,
    client_id: ClientId = None,
    entity_id: EntityId = None,
    new_secret: Annotated[bool, typer.Option("--new-secret", help="Ask for a new client secret.")] = False,
    secret_stdin: SecretStdin = False,
    as_json: screen.Json = False,
) -> None:
    """Change what is given; another --base-url needs --new-secret."""
    if not any((name, base_url, client_id, entity_id, new_secret, secret_stdin)):
        raise typer.BadParameter("give something to change")
    pressroom = client(context)
    environment_id = environment_of(pressroom, environment).id
    secret = client_secret(context, stdin=secret_stdin) if new_secret or secret_stdin else None
    saved = pressroom.zuora.environments.change(
        environment_id,
        name=name,
        base_url=base_url,
        client_id=client_id,
        client_secret=secret,
        entity_id=entity_id or KEEP,
    )
    tell_saved(saved, (saved.sync_job_id,), saved.id, as_json=as_json)


@environments.command("delete")
def delete_environment(
    context: typer.Context, environment: EnvironmentName, *, yes: Yes = False, as_json: screen.Json = False
) -> None:
    """Delete an environment with its workflows, exports and schedules."""
    pressroom = client(context)
    found = environment_of(pressroom, environment)
    confirmed(f"Delete {found.customer}/{found.name} with {found.workflows} workflows?", yes=yes)
    pressroom.zuora.environments.delete(found.id)
    _tell(found, as_json=as_json)


@environments.command("test")
def try_environment(context: typer.Context, environment: EnvironmentName, *, as_json: screen.Json = False) -> None:
    """Try its credentials: a token, the list, an export.

    Exit code 1 if something is missing.
    """
    pressroom = client(context)
    _test(pressroom, (environment_of(pressroom, environment),), as_json=as_json)


def _test(pressroom: Pressroom, wanted: tuple[Environment, ...], *, as_json: bool) -> None:
    """Raises PressroomError where one is not well."""
    found = [(each, pressroom.zuora.environments.test(each.id)) for each in wanted]
    if as_json:
        screen.json([{"environment_id": each.id, **check.model_dump()} for each, check in found])
    else:
        heads = ("environment", "token", "list", "export", "what is wrong")
        screen.table(heads, (_check_row(each, check) for each, check in found), whole=("environment",))
    wrong = [each for each, check in found if not check.ok]
    if wrong:
        raise PressroomError(0, "not_ready", f"{len(wrong)} of {len(found)} environments cannot be synced.")


def _check_row(environment: Environment, check: ConnectionCheck) -> tuple[str, ...]:
    wrong = f"{check.code}: {check.detail}" if check.code else ""
    return (f"{environment.customer}/{environment.name}", check.token, check.listing, check.exporting, wrong)


def _tell(found: Customer | Environment, *, as_json: bool) -> None:
    if as_json:
        screen.json(found)
    else:
        screen.say(str(found.id))
