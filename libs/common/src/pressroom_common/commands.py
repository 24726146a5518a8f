"""The command line that every service has: no argument serves, `migrate` makes role, schema and tables."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from .migrations import Schema
from .serving import serve
from .telemetry import configure_logs, configure_tracing


class ServiceSettings(Protocol):
    """What the command line itself reads."""

    name: str
    log_level: str
    otlp_endpoint: str
    database_url: SecretStr


S = TypeVar("S", bound=ServiceSettings)
T = TypeVar("T")
OWNER_URL = "PRESSROOM_DATABASE_URL"


def run_service(
    schema: Schema,
    settings_type: Callable[[], S],
    servers: Callable[[S], Sequence[tuple[FastAPI, str, int]]],
    arguments: Sequence[str] | None = None,
) -> None:
    """Exits with a sentence for the person at the terminal where something is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    settings = read_settings(settings_type)
    configure_logs(settings.log_level, schema.service, settings.name)
    match list(arguments):
        case []:
            configure_tracing(settings.otlp_endpoint, schema.service, settings.name)
            serve(*servers(settings))
        case ["migrate"]:
            migrate_schema(schema, settings.database_url)
        case _:
            sys.exit(f"usage: python -m pressroom_{schema.name} [migrate]")


def migrate_schema(schema: Schema, service_url: SecretStr) -> None:
    """With the owner's URL from the environment."""
    from .migrations.runner import migrate  # noqa: PLC0415 - see `migrations`

    owner_url = os.environ.get(OWNER_URL)
    if not owner_url:
        sys.exit(f"Set {OWNER_URL} to the URL of the database's owner: it makes the role and the schema.")
    migrate(schema, owner_url, service_url.get_secret_value())


def read_settings(settings_type: Callable[[], T]) -> T:
    try:
        return settings_type()
    except ValidationError as error:
        problems = "\n".join(f"  {': '.join([*_place(item), item['msg']])}" for item in error.errors())
        sys.exit(f"The settings are not complete (docs/configuration.md lists them):\n{problems}")


def _place(problem: ErrorDetails) -> list[str]:
    """The setting; none where several of them do not go together."""
    return [".".join(map(str, problem["loc"]))] if problem["loc"] else []
