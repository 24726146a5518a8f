"""From the environment to a client."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

import typer

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.retries import RetryPolicy

from . import screen

URL = "PRESSROOM_URL"
KEY = "PRESSROOM_API_KEY"
ADMIN_KEY = "PRESSROOM_ADMIN_KEY"


class TellsRetries:
    """Nobody waits in silence: what is wrong is told once, that it is tried again each time."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, error: PressroomError, seconds: float) -> None:
        why = "" if error.detail == self._told else f"{error} "
        self._told = error.detail
        screen.note(f"pressroom: {why}Trying again in {ceil(seconds)} s.")


@dataclass(frozen=True, slots=True)
class Environment:
    """Keys come from here alone: what stands in a command is seen by everybody on the machine."""

    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def client(self, retries: RetryPolicy | None = None, within: float | None = None) -> Pressroom:
        return Pressroom(self._need(URL), self._need(KEY), retries=retries, within=within, on_retry=TellsRetries())

    def operator(self, retries: RetryPolicy | None = None) -> Pressroom:
        """With the administrator's key where there is one."""
        key = self.variables.get(ADMIN_KEY) or self._need(KEY)
        return Pressroom(self._need(URL), key, retries=retries, on_retry=TellsRetries())

    def _need(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            hint = "beside a make up: set -a; . .pressroom/env; set +a"
            raise PressroomError(0, "settings", f"{name} is not set; {hint}")
        return value


def client(context: typer.Context, within: float | None = None) -> Pressroom:
    """Closed with the command. `within`: seconds for all that it does. Raises PressroomError."""
    return context.with_resource(_environment(context).client(within=within))


def hurried(context: typer.Context) -> Pressroom:
    """As `client`, for what is good to know and not worth waiting for: nothing is sent again."""
    return context.with_resource(_environment(context).client(RetryPolicy(tries=1)))


def operator(context: typer.Context) -> Pressroom:
    """As `client`, for what only super-admins may."""
    return context.with_resource(_environment(context).operator())


def examined(context: typer.Context) -> tuple[Pressroom, Pressroom]:
    """The client and the operator, for a doctor, who takes the first answer."""
    once, environment = RetryPolicy(tries=1), _environment(context)
    return context.with_resource(environment.client(once)), context.with_resource(environment.operator(once))


def variable(context: typer.Context, name: str) -> str | None:
    """Of the environment."""
    return _environment(context).variables.get(name)


def _environment(context: typer.Context) -> Environment:
    return context.ensure_object(Environment)
