"""`pressroom admin flags …`: who has what is not available to everybody."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from pressroom_client.admin_models import Audience, Flag, Share

from . import options, screen
from .session import operator

application = typer.Typer(help="Who has which feature.", no_args_is_help=True)

_NEW_SINCE = typer.Option(
    "--new-since", parser=options.moment, metavar="TIME", help="API keys made since, like 2030-01-31T08:00:00Z."
)


@application.command("list")
def list_flags(context: typer.Context, *, as_json: screen.Json = False) -> None:
    """List the features, and whom each is available to."""
    found = operator(context).admin.flags.list()
    if as_json:
        screen.json(found)
    else:
        _show(found)


@application.command("set")
def set_flag(
    context: typer.Context,
    feature: Annotated[str, typer.Argument(help="The feature, sync say.")],
    audience: Annotated[Audience, typer.Argument(help="With some, say whom: one of the options is enough.")],
    *,
    percent: Annotated[int | None, typer.Option(min=0, max=100, help="A higher one only adds.")] = None,
    percent_of: Annotated[Share | None, typer.Option(help="What the percentage is taken of.")] = None,
    tenant: Annotated[list[str] | None, typer.Option(help="A slug or an id; may be repeated.")] = None,
    new_since: Annotated[datetime | None, _NEW_SINCE] = None,
    as_json: screen.Json = False,
) -> None:
    """Say whom a feature is available to: the whole rule, effective within 5 s everywhere."""
    changed = operator(context).admin.flags.set(
        feature, audience, percent=percent, percent_of=percent_of, tenants=tenant, new_since=new_since
    )
    if as_json:
        screen.json(changed)
    else:
        _show([changed])


def _show(flags: Iterable[Flag]) -> None:
    rows = ((each.feature, each.audience, _whom(each), each.changed_by, each.changed_at) for each in flags)
    screen.table(("feature", "audience", "whom", "changed by", "at"), rows)


def _whom(flag: Flag) -> str:
    if flag.audience != "some":
        return ""
    share = f"{flag.percent} % of {flag.percent_of}" if flag.percent else ""
    new = f"keys since {flag.new_since:%Y-%m-%d %H:%M}" if flag.new_since else ""
    return ", ".join(part for part in (share, *flag.tenants, new) if part)
