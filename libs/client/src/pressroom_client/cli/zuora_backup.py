"""`pressroom zuora backup`."""

from pathlib import Path
from typing import Annotated

import typer

from pressroom_client.backup import Backup
from pressroom_client.backup_git import GitFolder
from pressroom_client.backup_names import folders
from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.zuora_models import Environment

from . import screen
from .session import client
from .zuora_targets import OfCustomer, OfEnvironment, Secrets, customer_of, environment_id


def backup(
    context: typer.Context,
    *,
    to: Annotated[Path, typer.Option("--to", help="A folder; it is made where there is none.")],
    environment: OfEnvironment = None,
    customer: OfCustomer = None,
    git: Annotated[bool, typer.Option("--git", help="Commit what has changed.")] = False,
    secrets: Secrets = False,
    as_json: screen.Json = False,
) -> None:
    """Write every workflow to a folder, for Zuora's import.

    A workflow's file is customer/environment/name-id.json. Files that are as they were are not touched, and those of
    workflows that are gone are removed. What cannot be read is told at the end, which then is 1, and its file stays.
    """
    pressroom = client(context)
    known = pressroom.zuora.environments.list()
    kept = Backup(to, pressroom.me().tenant.id, private=secrets)
    repository = GitFolder(to, private=secrets) if git else None
    if repository and secrets:
        screen.note("The commits will have secrets: whoever is given the repository can read them.")
        for folder in repository.hidden:
            screen.note(f"Others could read {folder}. It is yours alone now.")
    places = folders(known)
    for each in _wanted(pressroom, known, environment, customer):
        kept.keep(each.id, places[each.id], pressroom.zuora.exports(environment_id=each.id, secrets=secrets))
    if environment is None and customer is None:
        kept.forget_others(each.id for each in known)
    commit = _commit(repository, kept) if repository else None
    _tell(kept, commit, as_json=as_json)


def _wanted(
    pressroom: Pressroom, known: tuple[Environment, ...], environment: str | None, customer: str | None
) -> tuple[Environment, ...]:
    if environment is not None and customer is not None:
        raise typer.BadParameter("take one of --environment and --customer")
    if environment is not None:
        wanted = environment_id(pressroom, environment)
        found = tuple(each for each in known if each.id == wanted)
        if not found:
            raise PressroomError(0, "not_found", f"There is no environment {environment}.")
        return found
    if customer is not None:
        customer_id = customer_of(pressroom, customer).id
        return tuple(each for each in known if each.customer_id == customer_id)
    return known


def _commit(repository: GitFolder, kept: Backup) -> str | None:
    """Also of what an earlier backup without --git has changed."""
    written, removed = len(kept.changes.written), len(kept.changes.removed)
    message = f"Back up Zuora workflows: {written} written, {removed} removed"
    return repository.commit([*kept.paths, *kept.changes.removed], message)


def _tell(kept: Backup, commit: str | None, *, as_json: bool) -> None:
    changes = kept.changes
    if as_json:
        told = {"written": changes.written, "removed": changes.removed, "unchanged": changes.unchanged}
        screen.json({**told, "failed": changes.failed, "commit": commit})
    else:
        counts = f"{len(changes.written)} written, {len(changes.removed)} removed, {changes.unchanged} unchanged"
        screen.say(f"{counts}{f'; commit {commit}' if commit else ''}")
    for failed in changes.failed:
        screen.note(failed)
    if changes.failed:
        raise typer.Exit(1)
