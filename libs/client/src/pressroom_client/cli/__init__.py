"""`pressroom`: the API on a command line."""

from importlib.metadata import version as version_of
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pressroom_client.errors import PressroomError

from . import admin, articles, batches, exits, jobs, prompts, screen, zuora
from .checkup import doctor
from .texts import generate
from .watching import watch


class _OneLineErrors(TyperGroup):
    """What the gateway refuses is one line on standard error, and exit code 1; 2 where 1 means a difference."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PressroomError as error:
            screen.note(f"pressroom: {error}")
            raise typer.Exit(exits.of_an_error(ctx)) from error


application = typer.Typer(
    name="pressroom",
    cls=_OneLineErrors,
    help="Pressroom on the command line. PRESSROOM_URL and PRESSROOM_API_KEY say where, and as whom.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they would show keys, which are values of variables
)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 (Typer passes it by its place)
    if wanted:
        screen.say(f"pressroom {version_of('pressroom-client')}")
        raise typer.Exit


@application.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of `pressroom` itself."""


application.command()(generate)
application.command()(watch)
application.add_typer(articles.application, name="article")
application.command()(batches.bulk)
application.add_typer(batches.application, name="batch")
jobs.add_to(application)
application.command()(doctor)
application.add_typer(prompts.application, name="prompts")
application.add_typer(zuora.application, name="zuora")
application.add_typer(admin.application, name="admin")


def main() -> None:
    application(prog_name="pressroom")
