"""What the documentation says of settings, metrics, commands and files is so."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from checkout import ROOT, files, name
from fastapi import FastAPI, Response
from prometheus_client.parser import text_string_to_metric_families

from pressroom_gateway.main import create_app as create_gateway
from pressroom_gateway.settings import Settings as GatewaySettings
from pressroom_generator.main import create_app as create_generator
from pressroom_generator.settings import Settings as GeneratorSettings
from pressroom_monitor.main import create_app as create_monitor
from pressroom_monitor.settings import Settings as MonitorSettings
from pressroom_zuora_sync.main import create_app as create_zuora_sync
from pressroom_zuora_sync.settings import Settings as ZuoraSyncSettings

PAGES = files("*.md")
NOWHERE: dict[str, Any] = {"database_url": "postgresql://nobody@localhost/none", "amqp_url": "amqp://localhost/none"}
TOKEN = {"service_token_secret": "s" * 32}
KEYS: dict[str, Any] = {"secret_keys": {"2026": f"{'A' * 43}="}, "secret_key": "2026"}


def prose(page: Path) -> str:
    return page.read_text()


def test_the_page_of_settings_is_current(generate: ModuleType):
    assert (ROOT / "docs" / "configuration.md").read_text() == generate.configuration(), "python docs/generate.py"


async def test_the_catalogue_of_metrics_is_that_of_the_services():
    assert documented_metrics() == await exposed_metrics()


def documented_metrics() -> dict[str, str]:
    """Types by name: the first two columns of the catalogue's tables."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    return {f"pressroom_{metric}": type_ for metric, type_ in rows}


async def exposed_metrics() -> dict[str, str]:
    """Of all services, as they are wired; nothing is started."""
    gateway = create_gateway(
        GatewaySettings(**NOWHERE, **TOKEN, key_pepper="p" * 32, monitor_url="http://localhost")
    ).internal
    generator = create_generator(GeneratorSettings(**NOWHERE, openai_api_key="none")).asgi
    monitor = create_monitor(MonitorSettings(**NOWHERE, **TOKEN, gateway_url="http://localhost"))
    zuora_sync = create_zuora_sync(ZuoraSyncSettings(**NOWHERE, **TOKEN, **KEYS)).asgi
    found: dict[str, str] = {}
    for app in (gateway, generator, monitor, zuora_sync):
        found |= await metrics_of(app)
    return found


async def metrics_of(app: FastAPI) -> dict[str, str]:
    expose: Callable[[], Awaitable[Response]] = next(
        route.endpoint for route in app.routes if getattr(route, "path", "") == "/metrics"
    )
    shown = bytes((await expose()).body).decode()
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in text_string_to_metric_families(shown)
        if family.name.startswith("pressroom_") and not family.name.endswith("_created")
    }


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_leads_somewhere(page: Path):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose(page))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_heading_finds_it(page: Path):
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", prose(page)):
        headings = re.findall(r"^#+ (.+)$", prose(page.parent / target if target else page), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"`(?:\S+=\S+ )*make ([a-z-]+)", prose(page))}
    assert named - targets == set()


def test_every_setting_that_is_named_exists(generate: ModuleType):
    known = {
        name for service in generate.SERVICES for each in generate.variables(service.settings) for name in each.names
    }
    named = {
        variable
        for page in PAGES
        for variable in re.findall(r"`((?:GATEWAY|GENERATOR|MONITOR|OPENAI|ZUORA_SYNC)_[A-Z0-9_]+)", prose(page))
    }
    assert named - known == set()


def test_every_variable_of_the_stack_that_is_named_exists():
    code = "".join(path.read_text() for path in files("libs/*.py", "services/*.py", "docker-compose.yml"))
    named = {variable for page in PAGES for variable in re.findall(r"\bPRESSROOM_[A-Z_0-9]+", prose(page))}
    assert {variable for variable in named if re.sub(r"_\d$", "", variable) not in code} == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_of_the_code_that_is_named_exists(page: Path):
    named = set(re.findall(r"`((?:libs|services|tests|deploy|docs)/[\w./-]+)`", prose(page)))
    assert [path for path in named if not (ROOT / path).exists()] == []
