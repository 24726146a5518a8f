"""Arguments and options that several commands share."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from pressroom_client.models import Priority

JobId = Annotated[UUID, typer.Argument(help="The id of a job; a generation's is the same.")]
JobIds = Annotated[list[UUID], typer.Argument(help="Ids of jobs.")]
Lane = Annotated[Priority | None, typer.Option(help="The lane.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="Of this status; may be repeated.")]
Kind = Annotated[str | None, typer.Option(help="Of this kind, generation.prompt say.")]


def moment(text: str) -> datetime:
    """RFC 3339; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("must be like 2030-01-31T08:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time(*names: str, text: str) -> Any:
    return typer.Option(*names, parser=moment, metavar="TIME", help=f"{text}, like 2030-01-31T08:00:00Z.")


RunAt = Annotated[datetime | None, _time("--run-at", text="Not before this time")]
At = Annotated[datetime | None, _time("--at", text="Not before this time")]
From = Annotated[datetime | None, _time("--from", text="Made at this time or later")]
To = Annotated[datetime | None, _time("--to", text="Made before this time")]


def variables(pairs: list[str]) -> dict[str, str]:
    """Of `name=value`."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"must be name=value, and is {pair!r}", param_hint="--var")
        found[name] = value
    return found
