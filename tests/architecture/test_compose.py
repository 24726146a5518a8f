"""`docker-compose.yml` against the code: what services need they are given, and nothing else is open to the world."""

import base64
import json
import re
import subprocess
from types import ModuleType
from typing import Any

import pytest
import yaml
from checkout import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
BUCKET = yaml.safe_load((ROOT / "deploy" / "docker" / "s3.yml").read_text())["services"]
OWN = ("gateway", "generator", "monitor", "zuora-sync")
OWNER_URL = "PRESSROOM_DATABASE_URL"


def environment(service: str) -> dict[str, str]:
    given: dict[str, str] = SERVICES[service].get("environment", {})
    return given


def known(generate: ModuleType, service: str) -> list[Any]:
    settings = next(each.settings for each in generate.SERVICES if each.title.lower() == service)
    return list(generate.variables(settings))


@pytest.mark.parametrize("service", OWN)
def test_every_required_setting_is_given(generate: ModuleType, service: str):
    required = [variable.names for variable in known(generate, service) if variable.required]
    for process in (service, f"migrate-{service}"):
        missing = [names for names in required if not set(names) & environment(process).keys()]
        assert missing == [], process


@pytest.mark.parametrize("service", OWN)
def test_every_given_setting_exists(generate: ModuleType, service: str):
    names = {name for variable in known(generate, service) for name in variable.names}
    assert environment(service).keys() - names == set()
    assert environment(f"migrate-{service}").keys() - names == {OWNER_URL}


@pytest.mark.parametrize("service", OWN)
def test_a_service_starts_after_its_migration_by_the_same_image(service: str):
    migration = SERVICES[f"migrate-{service}"]
    assert SERVICES[service]["depends_on"][f"migrate-{service}"] == {"condition": "service_completed_successfully"}
    assert migration["command"] == ["migrate"]
    assert migration["image"] == SERVICES[service]["image"]


def test_with_a_bucket_both_sides_are_told_all_that_there_is_of_it(generate: ModuleType):
    for service, given in BUCKET.items():
        names = {name for variable in known(generate, service) for name in variable.names}
        prefix = service.upper()
        ours = {name for name in names if name.startswith(f"{prefix}_S3_")} - {f"{prefix}_S3_SECONDS"}
        assert given["environment"].keys() == ours | {f"{prefix}_STORAGE_DIR"}
        assert given["environment"][f"{prefix}_STORAGE_DIR"] == ""


def test_the_example_names_every_variable_of_a_bucket():
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "deploy" / "docker" / "s3.yml").read_text()))
    assert used == set(re.findall(r"^# (S3_\w+)=", EXAMPLE, re.MULTILINE))


def test_only_the_gateway_publishes_a_port_and_on_loopback_only():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])
    assert not any(service.get("network_mode") for service in SERVICES.values())


def test_versions_of_images_are_pinned():
    built = {service["image"] for service in SERVICES.values() if "build" in service}
    pulled = {service["image"] for service in SERVICES.values()} - built
    stages = re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE)
    based = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - set(stages)
    assert [image for image in pulled | based if not re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?", image)] == []


def test_images_run_as_an_ordinary_user_and_tell_how_they_are():
    runtime = DOCKERFILE[DOCKERFILE.index("AS runtime") :]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert runtime.index("USER") < runtime.index("ENTRYPOINT")
    assert runtime.count("HEALTHCHECK") == runtime.count("ENTRYPOINT") == 2


def test_containers_of_ours_have_no_rights_that_they_do_not_need():
    for name, service in SERVICES.items():
        if name not in {"postgres", "rabbitmq"}:
            assert service["init"] is True, name
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_container_has_limits():
    for name, service in SERVICES.items():
        limits = service["deploy"]["resources"]["limits"]
        assert limits.keys() == {"cpus", "memory"}, name


@pytest.mark.parametrize(
    ("service", "setting"),
    [
        ("gateway", "GATEWAY_SHUTDOWN_SECONDS"),
        ("generator", "GENERATOR_DRAIN_SECONDS"),
        ("monitor", "MONITOR_DRAIN_SECONDS"),
        ("zuora-sync", "ZUORA_SYNC_DRAIN_SECONDS"),
    ],
)
def test_a_container_is_given_longer_than_its_drain(generate: ModuleType, service: str, setting: str):
    default = next(variable.default for variable in known(generate, service) if setting in variable.names)
    drain = float(environment(service).get(setting, default.strip("`")))
    assert float(SERVICES[service]["stop_grace_period"].removesuffix("s")) >= drain + 5


def test_the_example_names_every_variable_and_no_secret():
    used = set(re.findall(r"\$\{(\w+)", COMPOSE))
    named = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert named.keys() - {"COMPOSE_PROFILES"} == used
    secrets = {name: value for name, value in named.items() if re.search("PASSWORD|PEPPER|SECRET", name)}
    assert secrets.pop("ZUORA_SYNC_SECRET_KEY") == "1"  # a key's id
    assert set(secrets.values()) == {"<random>", """'{"1": "<random-key>"}'"""}


def test_new_secrets_are_such_as_the_services_take():
    made = subprocess.run([ROOT / "deploy/docker/new-env"], capture_output=True, text=True, check=True).stdout
    told = dict(re.findall(r"^(\w+)=(.*)$", made, re.MULTILINE))
    keys = json.loads(told["ZUORA_SYNC_SECRET_KEYS"].strip("'"))
    assert [len(base64.b64decode(keys[id_])) for id_ in told["ZUORA_SYNC_SECRET_KEY"]] == [32]
    assert re.fullmatch("[0-9a-f]{64}", told["GATEWAY_KEY_PEPPER"])
    assert "<" not in made


def test_a_missing_secret_stops_compose_with_a_hint():
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|PEPPER|SECRET|API_KEY)\w*)(:\?see \.env\.example)?\}", COMPOSE)
    assert secrets
    assert [name for name, hint in secrets if not hint] == []


def test_fakes_run_in_the_demo_only():
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {"fake": ["demo"], "fake-zuora": ["demo"]}
