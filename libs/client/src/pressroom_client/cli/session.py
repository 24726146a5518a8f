"""From the environment to a client."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import typer

from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError
from pressroom_client.retries import RetryPolicy

URL = "PRESSROOM_URL"
KEY = "PRESSROOM_API_KEY"
ADMIN_KEY = "PRESSROOM_ADMIN_KEY"


@dataclass(frozen=True, slots=True)
class Environment:
    """Keys come from here alone: what stands in a command is seen by everybody on the machine."""

    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def client(self, retries: RetryPolicy | None = None) -> Pressroom:
        return Pressroom(self._need(URL), self._need(KEY), retries=retries)

    def operator(self, retries: RetryPolicy | None = None) -> Pressroom:
        """With the administrator's key where there is one."""
        return Pressroom(self._need(URL), self.variables.get(ADMIN_KEY) or self._need(KEY), retries=retries)

    def _need(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            hint = "beside a make up: set -a; . .pressroom/env; set +a"
            raise PressroomError(0, "settings", f"{name} is not set; {hint}")
        return value


def client(context: typer.Context) -> Pressroom:
    """Closed with the command. Raises PressroomError."""
    return context.with_resource(_environment(context).client())


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
