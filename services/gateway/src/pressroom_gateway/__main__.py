"""`python -m pressroom_gateway` serves; `migrate` and `keys create` are for operators."""

import argparse
import sys

from pressroom_common.commands import migrate_schema, read_settings
from pressroom_common.serving import serve
from pressroom_common.telemetry import configure_logs, configure_tracing

from .accounts.roles import Role
from .main import create_app
from .migrations import SCHEMA
from .operator_commands import create_key
from .settings import KeySettings, MigrationSettings, Settings


def main(arguments: list[str] | None = None) -> None:
    wish = _parser().parse_args(arguments)
    match wish.command:
        case "migrate":
            migrate_schema(SCHEMA, read_settings(MigrationSettings).database_url)
        case "keys":
            sys.stdout.write(f"{create_key(read_settings(KeySettings), wish)}\n")
        case _:
            run(read_settings(Settings))


def run(settings: Settings) -> None:
    configure_logs(settings.log_level, "gateway", settings.name)
    configure_tracing(settings.otlp_endpoint, "gateway", settings.name)
    gateway = create_app(settings)
    serve(
        (gateway.public, settings.host, settings.port),
        (gateway.internal, settings.host, settings.internal_port),
        shutdown_seconds=settings.shutdown_seconds,
        stopping=gateway.stopping,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pressroom_gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="[migrate | keys create]")
    commands.add_parser("migrate", help="make or upgrade the schema, as the owner (PRESSROOM_DATABASE_URL)")
    keys = commands.add_parser("keys", help="API keys").add_subparsers(dest="action", required=True)
    create = keys.add_parser("create", help="make an API key; it is the only line on stdout")
    create.add_argument("--tenant", required=True, help="its slug; the tenant is made where it does not exist")
    create.add_argument("--tenant-name", help="its name, where it is made; else the slug")
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument("--name", required=True, help="of the key")
    create.add_argument("--days", type=int, help="how long it holds; else until it is revoked")
    return parser


if __name__ == "__main__":
    main()
