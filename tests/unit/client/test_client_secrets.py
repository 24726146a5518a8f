"""The key is sent, and shown nowhere."""

import traceback

import httpx2
import pytest
from typer.testing import CliRunner

from pressroom_client import Pressroom, PressroomError
from pressroom_client.cli import application
from pressroom_client.cli.session import Environment
from pressroom_client.connection import Connection
from unit.client.desk import desk
from unit.client.gateways import ID, KEY, URL, Gateway, answer, problem

MADE = {
    "id": ID,
    "tenant_id": ID,
    "name": "website",
    "prefix": "k3v9x0qa",
    "role": "editor",
    "created_by": "key:owner",
    "created_at": "2030-01-01T00:00:00Z",
    "key": KEY,
}


def test_every_request_carries_the_key() -> None:
    gateway = Gateway([problem(404, "not_found")])
    with gateway.client() as client, pytest.raises(PressroomError):
        client.me()
    assert gateway.heard[0].headers["Authorization"] == f"Bearer {KEY}"


def test_no_repr_shows_it() -> None:
    client = Pressroom(URL, KEY)
    shown = repr(
        [client, vars(client), vars(client.jobs), Connection(URL, KEY), Environment({"PRESSROOM_API_KEY": KEY})]
    )
    assert KEY not in shown
    assert URL in repr(client)


@pytest.mark.parametrize(
    "trouble", [httpx2.ReadError("gone"), answer(200, {"no": "me"}), problem(401, "unauthenticated")]
)
def test_no_error_shows_it(trouble: httpx2.Response | Exception) -> None:
    gateway = Gateway([trouble])
    with gateway.client(tries=1) as client, pytest.raises(PressroomError) as caught:
        client.me()
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(vars(caught.value))
    assert KEY not in shown


def test_a_new_key_is_told_when_it_is_asked_for_by_name() -> None:
    gateway = Gateway([answer(201, MADE)])
    with gateway.client() as client:
        made = client.keys.create("website", "editor")
    assert made.key.get_secret_value() == KEY
    assert KEY not in repr(made) + str(made) + made.model_dump_json()


@pytest.mark.parametrize("key", ["", "pr_with space", "pr_ümlaut", "pr_line\n"])
def test_a_key_that_cannot_be_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(PressroomError) as caught:
        Pressroom(URL, key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("command", ["jobs", "doctor", "admin stats --json", "generate tea --now"])
def test_no_command_shows_it(command: str) -> None:
    done = CliRunner().invoke(application, command.split(), obj=desk(Gateway([problem(500, "internal")])))
    assert done.exit_code == 1
    assert KEY not in done.output
    assert KEY not in repr(done.exception)
