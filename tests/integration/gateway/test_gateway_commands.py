"""The gateway as operators start it: its process, its commands, its end."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping

import httpx2
import pytest
from sqlalchemy.engine import make_url

from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.ports import any_free_port

_PATIENCE = 120


@pytest.fixture(scope="module")
def environment(infrastructure: Infrastructure) -> dict[str, str]:
    owner = infrastructure.fresh_database("gateway_commands")
    service = make_url(owner).set(username="gateway_commands", password="p w'd")
    return {
        **os.environ,
        "PRESSROOM_DATABASE_URL": owner,
        "GATEWAY_DATABASE_URL": service.render_as_string(hide_password=False),
        "GATEWAY_AMQP_URL": infrastructure.fresh_vhost("gateway"),
        "GATEWAY_KEY_PEPPER": "pepper-of-the-tests-" * 2,
        "GATEWAY_SERVICE_TOKEN_SECRET": "service-token-secret-of-the-tests",
        "GATEWAY_MONITOR_URL": "http://127.0.0.1:9",
        "GATEWAY_PORT": str(any_free_port()),
        "GATEWAY_INTERNAL_PORT": str(any_free_port()),
    }


async def start(environment: Mapping[str, str], *arguments: str) -> Process:
    command = [sys.executable, "-m", "pressroom_gateway", *arguments]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)


async def run(environment: Mapping[str, str], *arguments: str) -> tuple[int | None, str, str]:
    process = await start(environment, *arguments)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def answered(process: Process, url: str, key: str = "") -> httpx2.Response:
    """The answer, as soon as the process gives one: a busy machine takes long to start it."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(timeout=_PATIENCE) as http, asyncio.timeout(_PATIENCE):
        while process.returncode is None:
            try:
                return await http.get(url, headers=headers)
            except httpx2.ConnectError:
                await asyncio.sleep(0.1)
    pytest.fail(f"it ended before it answered: {url}")


@pytest.fixture(scope="module")
async def key(environment: dict[str, str]) -> str:
    code, _, err = await run(environment, "migrate")
    assert code == 0, err
    code, out, err = await run(
        environment, "keys", "create", "--tenant", "demo", "--role", "editor", "--name", "demo", "--days", "7"
    )
    assert code == 0, err
    return out


async def test_a_new_key_is_the_only_line_on_stdout(key: str) -> None:
    assert re.fullmatch(r"pr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\n", key)


async def test_migrating_again_changes_nothing(environment: dict[str, str], key: str) -> None:
    results = await asyncio.gather(run(environment, "migrate"), run(environment, "migrate"))
    assert [code for code, _, _ in results] == [0, 0]


async def test_a_second_key_goes_to_the_same_tenant(environment: dict[str, str], key: str) -> None:
    code, out, err = await run(environment, "keys", "create", "--tenant", "demo", "--role", "viewer", "--name", "two")
    assert code == 0, err
    assert out != key


@pytest.mark.parametrize("arguments", [("--tenant", "No Slug"), ("--tenant", "demo", "--name", "")])
async def test_a_wrong_argument_is_one_sentence(
    environment: dict[str, str], key: str, arguments: tuple[str, ...]
) -> None:
    code, out, err = await run(environment, "keys", "create", "--role", "viewer", "--name", "n", *arguments)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1


async def test_the_process_serves_both_ports_until_sigterm_and_ends_with_zero(
    environment: dict[str, str], key: str
) -> None:
    process = await start(environment)
    public = f"http://127.0.0.1:{environment['GATEWAY_PORT']}"
    internal = f"http://127.0.0.1:{environment['GATEWAY_INTERNAL_PORT']}"
    try:
        assert (await answered(process, f"{public}/v1/me", key.strip())).json()["tenant"]["slug"] == "demo"
        assert (await answered(process, f"{internal}/readyz")).json() == {"status": "ready"}
        metrics = (await answered(process, f"{internal}/metrics")).text
        assert 'pressroom_http_requests_total{method="GET",route="/v1/me",status="200"} 1.0' in metrics
        assert (await answered(process, f"{public}/metrics")).status_code == 404
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), _PATIENCE)
    assert process.returncode == 0, err
    assert out == b""
    assert key.strip().encode() not in err
