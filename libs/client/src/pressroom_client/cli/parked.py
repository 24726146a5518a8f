"""`pressroom admin parked …`: messages that no service could handle."""

from typing import Annotated

import typer

from pressroom_client.admin_models import Parked

from . import options, screen
from .session import operator

application = typer.Typer(help="Messages that no service could handle.", no_args_is_help=True)

MessageId = Annotated[str, typer.Argument(help="The id of a parked message.")]


@application.command("list")
def list_parked(
    context: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help="parked, replayed or dropped.")] = None,
    queue: Annotated[str | None, typer.Option(help="Where it was.")] = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List parked messages, newest first, without their bodies."""
    found = list(operator(context).admin.parked.list(status=status, queue=queue, limit=limit))
    if as_json:
        screen.json(found)
        return
    rows = ((each.id, each.status, each.reason, each.queue, each.type, each.job_id, each.parked_at) for each in found)
    screen.table(
        ("id", "status", "reason", "queue", "type", "job", "parked"), rows, spare=("job", "type", "parked", "queue")
    )


@application.command()
def show(context: typer.Context, message_id: MessageId, *, as_json: screen.Json = False) -> None:
    """Show a parked message with its body, which may hold what clients wrote."""
    found = operator(context).admin.parked.get(message_id)
    if as_json:
        screen.json(found)
        return
    screen.pairs(
        [
            ("id", found.id),
            ("status", found.status),
            ("reason", found.reason),
            ("queue", found.queue),
            ("type", found.type),
            ("job", found.job_id),
            ("parked", found.parked_at),
            ("settled by", found.settled_by),
        ]
    )
    screen.say(f"\n{found.body}")


@application.command()
def replay(context: typer.Context, message_id: MessageId, *, as_json: screen.Json = False) -> None:
    """Send a parked message on its way again, once."""
    _tell(operator(context).admin.parked.replay(message_id), as_json=as_json)


@application.command()
def drop(context: typer.Context, message_id: MessageId, *, as_json: screen.Json = False) -> None:
    """Be done with a parked message."""
    _tell(operator(context).admin.parked.drop(message_id), as_json=as_json)


def _tell(message: Parked, *, as_json: bool) -> None:
    if as_json:
        screen.json(message)
    else:
        screen.say(f"{message.id} {message.status}")
