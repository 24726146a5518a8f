"""Settings of zuora-sync say what is wrong with them, and never show a key."""

import base64
import json
import os
from typing import Any

import pytest
from pydantic import ValidationError

from pressroom_zuora_sync.settings import Settings

KEY = os.urandom(32)
ENCODED = base64.b64encode(KEY).decode()
GIVEN = {
    "DATABASE_URL": "postgresql://nobody@localhost/none",
    "AMQP_URL": "amqp://localhost/none",
    "SERVICE_TOKEN_SECRET": "s" * 32,
    "SECRET_KEYS": json.dumps({"2026": ENCODED}),
    "SECRET_KEY": "2026",
}


def read(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Settings:
    for name, value in {**GIVEN, **changed}.items():
        monkeypatch.setenv(f"ZUORA_SYNC_{name}", value)
    fields: dict[str, Any] = {}
    return Settings(**fields)


def test_keys_come_from_the_environment_as_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).keys() == {"2026": KEY}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": "2027"}, "names none of"),
        ({"SECRET_KEYS": "{}"}, "names none of"),
        ({"SECRET_KEYS": json.dumps({"2026": "canary!"})}, "'2026' is not base64"),
        ({"SECRET_KEYS": json.dumps({"2026": base64.b64encode(b"canary").decode()})}, "6 bytes instead of 32"),
        ({"CONCURRENCY": "41"}, "less than or equal to 40"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        read(monkeypatch, **changed)
    messages = " ".join(error["msg"] for error in raised.value.errors())
    assert said in messages
    assert "canary" not in messages


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert ENCODED not in f"{settings!r} {settings} {settings.model_dump()}"


def test_no_host_is_allowed_beside_those_of_zuora_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).limits().origins == frozenset()
    named = read(monkeypatch, ALLOWED_HOSTS='["http://127.0.0.1:1234"]')
    assert named.limits().origins == {"http://127.0.0.1:1234"}


@pytest.mark.parametrize(("concurrency", "beginning"), [("40", 8), ("3", 3)])
def test_calls_at_once_begin_low_and_never_pass_what_is_set(
    monkeypatch: pytest.MonkeyPatch, concurrency: str, beginning: int
) -> None:
    limits = read(monkeypatch, CONCURRENCY=concurrency).limits()
    assert (limits.concurrency, limits.most) == (beginning, int(concurrency))
