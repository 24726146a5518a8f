"""`python -m pressroom_devstack`: runs Pressroom on this machine, with all that it needs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from . import ending, log_view, starting, status
from .errors import StackError
from .folders import StackFolder
from .wishes import Wishes

application = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@application.command()
def up(
    *,
    gateways: Annotated[int, typer.Option(min=1, help="How many gateways.")] = 1,
    generators: Annotated[int, typer.Option(min=1, help="How many generators.")] = 2,
    drain_seconds: Annotated[float | None, typer.Option(min=0, help="How long jobs may finish at a stop.")] = None,
    supervise: Annotated[bool, typer.Option(help="Start again what dies.")] = True,
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is ready.")] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Start everything, and show how to use it."""
    wishes = Wishes(gateways, generators, drain_seconds, supervise)
    if detach:
        started = starting.in_background(_folder(), wishes)
    else:
        started = starting.in_foreground(_folder(), wishes, quiet=background)
    raise typer.Exit(0 if started else 1)


@application.command()
def down() -> None:
    """Stop everything; the data stays."""
    ending.down(_folder())


@application.command("status")
def show_status() -> None:
    """Show what runs, and how it is."""
    raise typer.Exit(0 if status.show(_folder()) else 1)


@application.command()
def logs(
    service: Annotated[str | None, typer.Argument(help="gateway, generator-2, rabbitmq …; else all.")] = None,
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on.")] = False,
) -> None:
    """Show the ends of the logs."""
    log_view.show(_folder(), service, follow=follow)


@application.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", envvar="YES", help="Do not ask.")] = False) -> None:
    """Stop everything and delete the data."""
    folder = _folder()
    if not yes:
        typer.confirm(f"Delete all data, logs and keys in {folder.root}?", abort=True)
    ending.down(folder)
    ending.delete_data(folder)
    typer.echo("Deleted. The next start begins afresh.")


def _folder() -> StackFolder:
    return StackFolder.of_checkout(Path.cwd())


def main() -> None:
    try:
        application()
    except StackError as error:
        sys.exit(str(error))
    except PermissionError as error:
        sys.exit(f"{error.filename} belongs to another user: has the stack run as somebody else before?")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
