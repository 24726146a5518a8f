"""Each service is told what it needs, and nothing that it must not know."""

import base64
import json
from pathlib import Path

import pytest

from pressroom_devstack.kept_secrets import KeptSecrets
from pressroom_devstack.ports import PortBook
from pressroom_devstack.wiring import Wiring, choose_ports, process_names
from pressroom_devstack.wishes import Wishes

USERS = {
    "PATH": "/bin",
    "GENERATOR_SLOTS_DEFAULT": "100",
    "GATEWAY_KEY_CACHE_SECONDS": "1",
    "MONITOR_STALE_SECONDS": "60",
    "ZUORA_SYNC_CONCURRENCY": "20",
    "PRESSROOM_SOMETHING": "else",
}


def wiring(folder: Path, **environment: str) -> Wiring:
    wishes = Wishes(gateways=2, environment=USERS | environment)
    ports = choose_ports(PortBook(folder / "ports.json"), wishes)
    owner = "postgresql://postgres:secret@127.0.0.1:5432/pressroom"
    return Wiring(wishes, KeptSecrets(folder / "secrets.json"), ports, owner, "amqp://127.0.0.1/pressroom", folder)


def test_a_service_gets_the_variables_of_its_own_prefix(tmp_path: Path) -> None:
    generator = wiring(tmp_path).generator("generator-1")

    assert generator["GENERATOR_SLOTS_DEFAULT"] == "100"
    assert generator["PATH"] == "/bin"
    assert not [name for name in generator if name.startswith(("GATEWAY_", "MONITOR_", "PRESSROOM_"))]


def test_generators_leave_files_where_gateways_look_for_them(tmp_path: Path) -> None:
    wired = wiring(tmp_path)

    generator, gateway = wired.generator("generator-1"), wired.gateway("gateway-1")
    assert generator["GENERATOR_STORAGE_DIR"] == gateway["GATEWAY_STORAGE_DIR"] == str(tmp_path)


def test_only_the_generator_knows_the_key_of_the_provider(tmp_path: Path) -> None:
    wired = wiring(tmp_path, OPENAI_API_KEY="sk-real")

    assert wired.generator("generator-1")["OPENAI_API_KEY"] == "sk-real"
    assert "sk-real" not in [*wired.gateway("gateway-1").values(), *wired.monitor("monitor-1").values()]
    assert wired.provider_url == "https://api.openai.com"


def test_the_fake_provider_stands_in_where_the_user_names_none(tmp_path: Path) -> None:
    wired = wiring(tmp_path)
    generator = wired.generator("generator-1")

    assert generator["OPENAI_BASE_URL"] == f"{wired.provider_url}/v1"
    assert generator["OPENAI_API_KEY"] == "fake"


def test_a_provider_without_a_key_is_the_users_own(tmp_path: Path) -> None:
    wired = wiring(tmp_path, OPENAI_BASE_URL="http://127.0.0.1:11434/v1")

    assert wired.provider_url == "http://127.0.0.1:11434"
    assert wired.generator("generator-1")["OPENAI_BASE_URL"] == "http://127.0.0.1:11434/v1"


def test_every_service_has_a_role_of_its_own(tmp_path: Path) -> None:
    wired = wiring(tmp_path)
    urls = [wired.gateway("gateway-1")["GATEWAY_DATABASE_URL"], wired.monitor("monitor-1")["MONITOR_DATABASE_URL"]]

    assert urls[0].startswith("postgresql://pressroom_gateway:")
    assert urls[1].startswith("postgresql://pressroom_monitor:")
    assert all("secret@" not in url and url.endswith("@127.0.0.1:5432/pressroom") for url in urls)
    assert wired.migration("gateway")["PRESSROOM_DATABASE_URL"].startswith("postgresql://postgres:secret@")


def test_gateway_and_monitor_share_their_secret_and_know_each_other(tmp_path: Path) -> None:
    wired = wiring(tmp_path)
    gateway, monitor = wired.gateway("gateway-2"), wired.monitor("monitor-1")

    assert gateway["GATEWAY_SERVICE_TOKEN_SECRET"] == monitor["MONITOR_SERVICE_TOKEN_SECRET"]
    assert gateway["GATEWAY_MONITOR_URL"] == f"http://127.0.0.1:{monitor['MONITOR_INTERNAL_PORT']}"
    assert gateway["GATEWAY_NAME"] == "gateway-2"
    assert gateway["GATEWAY_HOST"] == "127.0.0.1"


def test_zuora_sync_has_a_key_of_its_own_and_may_call_the_fake(tmp_path: Path) -> None:
    wired = wiring(tmp_path)
    zuora_sync, gateway = wired.process("zuora-sync", "zuora-sync-1"), wired.gateway("gateway-1")

    [key] = json.loads(zuora_sync["ZUORA_SYNC_SECRET_KEYS"]).values()
    assert len(base64.b64decode(key)) == 32
    assert key not in gateway.values()
    assert json.loads(zuora_sync["ZUORA_SYNC_ALLOWED_HOSTS"]) == [wired.url("fake-zuora-1")]
    assert zuora_sync["ZUORA_SYNC_CONCURRENCY"] == "20"
    assert zuora_sync["ZUORA_SYNC_DATABASE_URL"].startswith("postgresql://pressroom_zuora_sync:")
    assert gateway["GATEWAY_ZUORA_SYNC_URL"] == f"http://127.0.0.1:{zuora_sync['ZUORA_SYNC_INTERNAL_PORT']}"
    assert gateway["GATEWAY_SERVICE_TOKEN_SECRET"] == zuora_sync["ZUORA_SYNC_SERVICE_TOKEN_SECRET"]
    assert not [name for name in gateway if name.startswith("ZUORA_SYNC_")]


def test_users_own_keys_and_hosts_come_to_zuora_sync(tmp_path: Path) -> None:
    own = {"ZUORA_SYNC_SECRET_KEYS": '{"new": "a2V5"}', "ZUORA_SYNC_SECRET_KEY": "new"}
    wired = wiring(tmp_path, ZUORA_SYNC_ALLOWED_HOSTS='["http://127.0.0.1:9"]', **own)
    told = wired.process("zuora-sync", "zuora-sync-1")

    assert {name: told[name] for name in own} == own
    assert json.loads(told["ZUORA_SYNC_ALLOWED_HOSTS"]) == ["http://127.0.0.1:9", wired.url("fake-zuora-1")]


def test_secrets_are_kept_and_private(tmp_path: Path) -> None:
    first = KeptSecrets(tmp_path / "secrets.json").secret("pepper")

    assert KeptSecrets(tmp_path / "secrets.json").secret("pepper") == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("option", "variable", "drain"), [(None, None, 10.0), (None, "3", 3.0), (5.0, "3", 5.0), (0.0, "3", 0.0)]
)
def test_the_drain_is_the_option_else_the_variable_else_ten_seconds(
    option: float | None, variable: str | None, drain: float
) -> None:
    environment = {"GENERATOR_DRAIN_SECONDS": variable} if variable else {}

    assert Wishes(drain_seconds=option, environment=environment).drain("generator") == drain


def test_processes_are_numbered_from_one() -> None:
    assert process_names(Wishes(gateways=2, generators=1)) == {
        "gateway": ["gateway-1", "gateway-2"],
        "generator": ["generator-1"],
        "zuora-sync": ["zuora-sync-1"],
        "monitor": ["monitor-1"],
    }
