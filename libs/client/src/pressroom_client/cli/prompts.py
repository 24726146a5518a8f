"""`pressroom prompts …`: stored prompts, their versions and labels."""

from typing import Annotated

import typer

from . import options, screen
from .session import client

application = typer.Typer(help="Stored prompts, their versions and labels.", no_args_is_help=True)

PromptId = Annotated[str, typer.Argument(help="The id of a prompt.")]
Template = Annotated[str, typer.Argument(help="Its text, with {{name}} for variables.")]
Model = Annotated[str | None, typer.Option(help="The default of generations with it.")]


@application.command("list")
def list_prompts(
    context: typer.Context,
    *,
    text: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    limit: options.Limit = 50,
    as_json: screen.Json = False,
) -> None:
    """List own and system-wide prompts, newest first."""
    found = list(client(context).prompts.list(text=text, limit=limit))
    if as_json:
        screen.json(found)
        return
    rows = ((each.id, each.name, each.type, each.active, each.latest_version, _labels(each.labels)) for each in found)
    screen.table(("id", "name", "type", "active", "versions", "labels"), rows, spare=("versions", "active", "type"))


@application.command()
def show(context: typer.Context, prompt_id: PromptId, *, as_json: screen.Json = False) -> None:
    """Show a prompt with its versions, newest first."""
    pressroom = client(context)
    prompt = pressroom.prompts.get(prompt_id)
    versions = list(pressroom.prompts.versions(prompt_id))
    if as_json:
        screen.json({**prompt.model_dump(), "versions": versions})
        return
    screen.pairs([("id", prompt.id), ("name", prompt.name), ("labels", _labels(prompt.labels))])
    for version in versions:
        screen.say(f"\n{version.number}. {version.template}")


@application.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    template: Template,
    *,
    model: Model = None,
    as_json: screen.Json = False,
) -> None:
    """Make a prompt; its template becomes version 1, labelled production."""
    made = client(context).prompts.create(name, template, model=model)
    if as_json:
        screen.json(made)
    else:
        screen.say(str(made.id))


@application.command("add-version")
def add_version(
    context: typer.Context,
    prompt_id: PromptId,
    template: Template,
    *,
    model: Model = None,
    as_json: screen.Json = False,
) -> None:
    """Add a version; it is used once a label points at it."""
    made = client(context).prompts.add_version(prompt_id, template, model=model)
    if as_json:
        screen.json(made)
    else:
        screen.say(f"version {made.number}")


@application.command()
def label(
    context: typer.Context,
    prompt_id: PromptId,
    name: Annotated[str, typer.Argument(help="The label: production is what generations use.")],
    version: Annotated[int, typer.Argument(min=1, help="The version that it points at.")],
    *,
    as_json: screen.Json = False,
) -> None:
    """Point a label at a version."""
    changed = client(context).prompts.set_label(prompt_id, name, version)
    if as_json:
        screen.json(changed)
    else:
        screen.say(_labels(changed.labels))


@application.command()
def render(
    context: typer.Context,
    prompt_id: PromptId,
    *,
    var: Annotated[list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="May be repeated.")] = None,
    version: Annotated[int | None, typer.Option(help="Else that of the label production.")] = None,
    as_json: screen.Json = False,
) -> None:
    """Show the final text that a generation would send, for nothing."""
    rendered = client(context).prompts.render(prompt_id, options.variables(var or []), version=version)
    if as_json:
        screen.json(rendered)
    else:
        screen.say(rendered.text)


def _labels(labels: dict[str, int]) -> str:
    return ", ".join(f"{name}: {version}" for name, version in sorted(labels.items()))
