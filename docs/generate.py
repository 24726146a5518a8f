"""Writes `docs/configuration.md` from the services' settings classes.

`python docs/generate.py` writes it, `python docs/generate.py --check` fails where it is not current.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from pressroom_gateway.settings import KeySettings, MigrationSettings
from pressroom_gateway.settings import Settings as GatewaySettings
from pressroom_generator.settings import Settings as GeneratorSettings
from pressroom_monitor.settings import Settings as MonitorSettings
from pressroom_zuora_sync.settings import Settings as ZuoraSyncSettings

CONFIGURATION = Path(__file__).parent / "configuration.md"

HEAD = """\
# Configuration

Every setting is an environment variable; there are no configuration files. This page is generated from the settings
classes (`python docs/generate.py`). A service that lacks one says which and ends.

`make up` sets what is required, and hands on what is in its own environment: `GATEWAY_DISPATCH_SECONDS=0.5 make up`.
In containers `docker-compose.yml` sets it, with secrets from `.env`.

Durations are in seconds. A value that is a list is written as JSON. `migrate` of every service also takes
`PRESSROOM_DATABASE_URL`, the URL of the database's owner: it makes the service's role and schema, and upgrades the
tables. The role and its password are those of the service's own `…_DATABASE_URL`.
"""


@dataclass(frozen=True)
class Variable:
    """A setting as an operator sees it."""

    names: tuple[str, ...]
    """The first one that is set counts."""
    required: bool
    default: str
    meaning: str


@dataclass(frozen=True)
class Service:
    title: str
    settings: type[BaseSettings]
    note: str


SERVICES = (
    Service(
        "Gateway",
        GatewaySettings,
        "`python -m pressroom_gateway migrate` asks for {migrate} alone, `… keys create` for {keys}.",
    ),
    Service("Generator", GeneratorSettings, "`migrate` asks for the same variables as the service."),
    Service("Monitor", MonitorSettings, "`migrate` and `rebuild` ask for the same variables as the service."),
    Service(
        "zuora-sync",
        ZuoraSyncSettings,
        "`migrate` and `rotate-keys` ask for the same variables as the service. A new key: add it to "
        "`ZUORA_SYNC_SECRET_KEYS` everywhere, then name it in `ZUORA_SYNC_SECRET_KEY` everywhere, then call `python -m "
        "pressroom_zuora_sync rotate-keys` while the service runs; when it has ended with 0, the old key may go. Rows "
        "that no key opens stay as they are: they are listed at its end, with what to do, and it ends with 1.",
    ),
)


def variables(settings: type[BaseSettings]) -> Iterator[Variable]:
    """The required ones first, else in the order of the fields."""
    found = [_variable(settings, name, field) for name, field in settings.model_fields.items()]
    yield from sorted(found, key=lambda variable: not variable.required)


def required(settings: type[BaseSettings]) -> list[Variable]:
    return [variable for variable in variables(settings) if variable.required]


def configuration() -> str:
    """The page."""
    return "\n".join([HEAD, *(_section(service) for service in SERVICES)])


def _variable(settings: type[BaseSettings], name: str, field: FieldInfo) -> Variable:
    alias, prefix = field.validation_alias, settings.model_config.get("env_prefix", "")
    names = tuple(map(str, alias.choices)) if isinstance(alias, AliasChoices) else (f"{prefix}{name}".upper(),)
    meaning = " ".join([(field.description or "").strip(), *_limits(field.metadata)]).strip()
    return Variable(names, field.is_required(), _default(field), meaning)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default_factory is not None:
        return "as said"
    return f"`{_written(field.default)}`" if str(field.default) else "empty"


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _limits(metadata: list[Any]) -> Iterator[str]:
    """Those that are not plain: no duration is negative, and no port either."""
    limits = {
        name: getattr(each, name) for each in metadata for name in ("ge", "le", "min_length") if hasattr(each, name)
    }
    if limits.get("ge"):
        yield f"At least {_written(limits['ge'])}."
    if "le" in limits:
        yield f"At most {_written(limits['le'])}."
    if limits.get("min_length", 1) > 1:
        yield f"At least {limits['min_length']} characters."


def _section(service: Service) -> str:
    rows = [
        f"| {' or '.join(f'`{name}`' for name in variable.names)} | {variable.default} | {variable.meaning} |"
        for variable in variables(service.settings)
    ]
    note = service.note.format(migrate=_names(MigrationSettings), keys=_names(KeySettings))
    head = [f"## {service.title}", "", note, "", "| variable | default | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _names(settings: type[BaseSettings]) -> str:
    return " and ".join(f"`{variable.names[0]}`" for variable in required(settings))


def main() -> None:
    page = configuration()
    if "--check" not in sys.argv:
        CONFIGURATION.write_text(page)
    elif not CONFIGURATION.exists() or CONFIGURATION.read_text() != page:
        sys.exit("docs/configuration.md is not current: run `python docs/generate.py`")


if __name__ == "__main__":
    main()
