"""`python -m pressroom_zuora_sync` serves; `… migrate` makes the schema."""

from pressroom_common.commands import run_service

from .main import create_app
from .migrations import SCHEMA
from .settings import Settings


def main() -> None:
    run_service(SCHEMA, Settings, lambda settings: [(create_app(settings).asgi, settings.host, settings.internal_port)])


if __name__ == "__main__":
    main()
