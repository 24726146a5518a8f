"""The command line that every service has: no argument serves, `migrate` makes role, schema and tables."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

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


@dataclass(frozen=True)
class Command(Generic[S]):
    help: str
    run: Callable[[S], None]


def run_service(
    schema: Schema,
    settings_type: Callable[[], S],
    servers: Callable[[S], Sequence[tuple[FastAPI, str, int]]],
    commands: Mapping[str, Command[S]] = MappingProxyType({}),
) -> None:
    """`commands`: the service's own, by name. Exits with a sentence for the person at the terminal where something is
    wrong."""
    name = _parser(schema, commands).parse_args().command
    settings = read_settings(settings_type)
    configure_logs(settings.log_level, schema.service, settings.name)
    if name is None:
        configure_tracing(settings.otlp_endpoint, schema.service, settings.name)
        serve(*servers(settings))
    elif name == "migrate":
        migrate_schema(schema, settings.database_url)
    else:
        commands[name].run(settings)


def _parser(schema: Schema, commands: Mapping[str, Command[S]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m pressroom_{schema.name}",
        description="Without a command: serve. Settings come from the environment.",
    )
    names = parser.add_subparsers(dest="command", metavar=f"[{' | '.join(['migrate', *commands])}]")
    names.add_parser("migrate", help=f"make or upgrade the schema, as the owner ({OWNER_URL})")
    for name, command in commands.items():
        names.add_parser(name, help=command.help)
    return parser


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
        sys.exit(f"The settings are not right (docs/configuration.md lists them):\n{problems}")


def _place(problem: ErrorDetails) -> list[str]:
    """The setting; none where several of them do not go together."""
    return [".".join(map(str, problem["loc"]))] if problem["loc"] else []
