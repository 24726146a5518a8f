"""The whole stack, as `make up DETACH=1` and `make down` run it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pressroom_devstack.pid_files import PidFiles, identity

NAMES = {
    "PRESSROOM_URL",
    "PRESSROOM_API_KEY",
    "PRESSROOM_API_KEY_2",
    "PRESSROOM_ADMIN_KEY",
    "PRESSROOM_STACK_DATABASE_URL",
    "PRESSROOM_STACK_AMQP_URL",
    "PRESSROOM_STACK_KEY_PEPPER",
    "PRESSROOM_PROVIDER_URL",
    "PRESSROOM_ZUORA_URL",
}
PROCESSES = {
    "gateway-1",
    "generator-1",
    "zuora-sync-1",
    "monitor-1",
    "fake-openai-1",
    "fake-zuora-1",
    "postgres",
    "rabbitmq",
    "rabbitmq-epmd",
    "stack",
}


class Checkout:
    """A folder that a stack runs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids = PidFiles(folder / ".pressroom" / "run")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = ("PRESSROOM_", "OPENAI_", "GATEWAY_", "GENERATOR_", "MONITOR_", "ZUORA_SYNC_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        command = [sys.executable, "-m", "pressroom_devstack", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def up(self) -> subprocess.CompletedProcess[str]:
        return self.run("up", "--detach", "--generators", "1", "--drain-seconds", "2")

    def variables(self) -> dict[str, str]:
        lines = (self.folder / ".pressroom" / "env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def checkout(private_folder: Path) -> Iterator[Checkout]:
    folder = private_folder / "a checkout"
    folder.mkdir()
    checkout = Checkout(folder)
    started = checkout.up()
    assert started.returncode == 0, started.stdout + started.stderr
    yield checkout
    checkout.run("reset", "--yes")


def test_every_process_has_its_pid_file(checkout: Checkout) -> None:
    assert set(checkout.pids.living()) == PROCESSES
    assert checkout.run("status").returncode == 0


def test_scripts_find_urls_and_keys_that_work(checkout: Checkout) -> None:
    variables = checkout.variables()

    assert set(variables) == NAMES
    assert (checkout.folder / ".pressroom" / "env").stat().st_mode & 0o777 == 0o600
    for key in ("PRESSROOM_API_KEY", "PRESSROOM_API_KEY_2", "PRESSROOM_ADMIN_KEY"):
        assert answers(variables, key)


def test_the_demo_has_two_customers_whose_workflows_are_synced(checkout: Checkout) -> None:
    def workflows() -> dict[str, int]:
        items = zuora(checkout.variables(), "customers")["items"]
        return {f"{one['name']} {each['name']}": each["workflows"] for one in items for each in one["environments"]}

    eventually(lambda: workflows() == {"Acme production": 25, "Acme sandbox": 24, "Globex production": 25})


def test_the_doctor_finds_it_well(checkout: Checkout) -> None:
    command = [sys.executable, "-m", "pressroom_client", "doctor"]
    done = subprocess.run(command, env=checkout.variables(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 6


def test_a_second_start_says_that_it_runs_and_where(checkout: Checkout) -> None:
    detached, foreground = checkout.up(), checkout.run("up")

    assert (detached.returncode, foreground.returncode) == (0, 1)
    assert checkout.variables()["PRESSROOM_URL"] in detached.stdout
    assert "runs already" in foreground.stdout


def test_a_killed_service_is_started_again_within_two_seconds(checkout: Checkout) -> None:
    killed = checkout.pids.living()["generator-1"]
    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: checkout.pids.pid("generator-1") not in {None, killed}) < 2
    eventually(lambda: checkout.run("status").returncode == 0)


def test_after_the_supervisor_was_killed_the_next_start_takes_over(checkout: Checkout) -> None:
    before, living = checkout.variables(), checkout.pids.living()
    os.kill(living["stack"], signal.SIGKILL)
    eventually(lambda: checkout.pids.pid("stack") is None)
    assert checkout.pids.pid("postgres") == living["postgres"]

    started = checkout.up()

    assert started.returncode == 0, started.stdout + started.stderr
    assert checkout.variables() == before
    assert answers(before, "PRESSROOM_API_KEY")
    assert [customer["name"] for customer in zuora(before, "customers")["items"]] == ["Acme", "Globex"]
    assert not set(checkout.pids.living().values()) & set(living.values())


def test_after_down_nothing_is_left_running(checkout: Checkout) -> None:
    living = checkout.pids.living()

    stopped = checkout.run("down")

    assert stopped.returncode == 0
    assert checkout.pids.living() == {}
    assert not [name for name, pid in living.items() if identity(pid)]
    assert checkout.run("down").stdout == "Nothing was running.\n"


def answers(variables: Mapping[str, str], key: str) -> bool:
    url = f"{variables['PRESSROOM_URL']}/v1/generations"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {variables[key]}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bool(answer.status == 200)


def zuora(variables: Mapping[str, str], what: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {variables['PRESSROOM_ADMIN_KEY']}"}
    request = urllib.request.Request(f"{variables['PRESSROOM_URL']}/v1/zuora/{what}", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def eventually(holds: Callable[[], bool], seconds: float = 90) -> float:
    """Wait until it holds; how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came to hold"
        time.sleep(0.02)
    return time.monotonic() - began
