"""What commands of Zuora name: customers by their names, environments by ids or names, secrets not at all."""

import sys
from typing import Annotated
from uuid import UUID

import typer
from pydantic import SecretStr

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.zuora_models import Customer, Environment

from . import screen
from .session import hurried, variable

SECRET = "PRESSROOM_ZUORA_CLIENT_SECRET"  # noqa: S105 - the name of a variable

EnvironmentName = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="An id, or customer/environment.")]
CustomerName = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A name, or an id.")]
WorkflowId = Annotated[
    UUID, typer.Argument(metavar="WORKFLOW", help="The id of a workflow, of the column id; not Zuora's.")
]
OfEnvironment = Annotated[str | None, typer.Option("--environment", help="An id, or customer/environment.")]
OfCustomer = Annotated[str | None, typer.Option("--customer", help="A customer's name, or its id.")]
OfWorkflow = Annotated[UUID | None, typer.Option("--workflow", help="The id of a workflow.")]
Secrets = Annotated[bool, typer.Option("--secrets", help="With all secrets, for tenant-admins; that is recorded.")]
SecretStdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def customer_of(pressroom: Pressroom, wanted: str) -> Customer:
    """Raises PressroomError."""
    known = _uuid(wanted)
    if known is not None:
        return pressroom.zuora.customers.get(known)
    for found in pressroom.zuora.customers.list(name=wanted):
        return found
    raise PressroomError(0, "not_found", f"There is no customer {wanted}: pressroom zuora customers list")


def environment_of(pressroom: Pressroom, wanted: str) -> Environment:
    """Raises PressroomError."""
    known = _uuid(wanted)
    if known is not None:
        return pressroom.zuora.environments.get(known)
    customer, _, name = wanted.rpartition("/")
    for found in pressroom.zuora.environments.list(customer=customer) if customer else ():
        if found.name.casefold() == name.casefold():
            return found
    hint = "name it by its id, or as customer/environment: pressroom zuora environments list"
    raise PressroomError(0, "not_found", f"There is no environment {wanted}; {hint}")


def environment_id(pressroom: Pressroom, wanted: str | None) -> UUID | None:
    """Of an option. Raises PressroomError."""
    if wanted is None:
        return None
    return _uuid(wanted) or environment_of(pressroom, wanted).id


def environment_names(context: typer.Context) -> dict[UUID, str]:
    """`customer/environment`, to be shown beside an answer; none while zuora-sync is away, which nobody waits for."""
    try:
        return {each.id: f"{each.customer}/{each.name}" for each in hurried(context).zuora.environments.list()}
    except PressroomError as error:
        screen.note(f"pressroom: {error}")
        return {}


def customer_id(pressroom: Pressroom, wanted: str | None) -> UUID | None:
    """Of an option. Raises PressroomError."""
    return None if wanted is None else customer_of(pressroom, wanted).id


def client_secret(context: typer.Context, *, stdin: bool) -> SecretStr:
    """From standard input, the environment or the keyboard: what stands in a command is seen by everybody there.

    Raises PressroomError.
    """
    told = sys.stdin.readline() if stdin else variable(context, SECRET)
    if not told and not stdin:
        if not sys.stdin.isatty():
            raise PressroomError(0, "settings", f"No secret: set {SECRET}, or pass it by --secret-stdin.")
        told = typer.prompt("Client secret", hide_input=True, err=True)
    secret = (told or "").strip()
    if not secret:
        raise PressroomError(0, "settings", "The client secret is empty.")
    return SecretStr(secret)


def confirmed(question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


def tell_saved(saved: object, sync_ids: tuple[UUID | None, ...], saved_id: UUID, *, as_json: bool) -> None:
    """Its id, and beside it the syncs that follow."""
    if as_json:
        screen.json(saved)
        return
    screen.say(str(saved_id))
    for each in sync_ids:
        if each is not None:
            screen.note(f"It is being synced: pressroom watch {each}")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
