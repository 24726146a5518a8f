"""Texts that hide secrets well, and texts that would take a search for ever."""

import time

import pytest

from pressroom_zuora_sync.exports.redaction import without
from pressroom_zuora_sync.exports.secret_texts import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "CANARY", "password": ""}',
        '{"\\u0070assword": "CANARY"}',
        '{"a": "Bearer\\u0020CANARY"}',
        '[{"key": "Cookie", "value": "CANARY"}, {{ broken }}]',
        '[{"value": "CANARY", "on": true, "key": "Set-Cookie"}, {{ broken }}]',
        '[{\\"name\\": \\"X-Api-Key\\", \\"value\\": \\"CANARY\\"}, {{ broken }}]',
        "[{'name' => 'apiKey', 'default' => 'CANARY'}, {{ broken }}]",
        '{"a": "{\\"b\\": \\"{\\\\\\"pin\\\\\\": \\\\\\"CANARY\\\\\\"}\\"}"}',
        "[" * 3000 + '"Bearer CANARY"' + "]" * 3000,
    ],
    ids=range(9),
)
def test_json_within_a_text_hides_nothing(text: str):
    assert "CANARY" not in without({"text": text})["text"]


def test_what_jsonb_refuses_goes():
    assert without({"a\u0000b": ["\u0000", "x\u0000y"]}) == {"ab": ["", "xy"]}


HOSTILE = [
    "//a:" * 50_000 + "@",
    "eyJ" * 100_000,
    "?a" * 100_000 + "=",
    "password" * 20_000 + "=",
    "password\\" * 20_000 + ":",
    "<password " * 20_000 + "=token",
    "<" * 200_000 + "token=",
    'token="' * 30_000,
    'token=\\"' * 30_000,
    "-----BEGIN A-----" * 10_000,
    "<token><![CDATA[" * 10_000,
    "//" + "@" * 100_000,
    "bearer " * 30_000,
    '"key": "' * 20_000 + "token value",
    '"value": "x", ' * 10_000 + "token",
    '"key": "token", ' * 10_000 + "value",
    "password:\n  a\n" * 30_000,
    "password:" + " \n" * 100_000,
    "<token a='" * 30_000,
    "<token " + "a" * 300 + "'" * 100_000,
    "name=password " * 20_000,
    "value='x' " * 20_000,
    "{% capture token %}" * 20_000,
    "'" * 100_000 + " | base64_encode",
    "'a' " * 50_000 + "base64_encode",
    "header(" * 40_000 + "'",
    "auth=('a'," * 20_000,
    "-u " * 50_000,
    "--token" * 30_000,
    "token " + "-" * 600_000,
    'name="token"' * 20_000,
    'name="token"\n' * 20_000,
    "%3Ftoken%3D" * 20_000,
    "token%22" * 30_000,
    "token', " * 30_000,
    ":thin:" * 30_000 + "/",
    "hooks.slack.com/a" * 20_000,
    "password" + "'" * 100_000,
    "&quot;" * 30_000 + "token:&quot;",
    "/token" * 30_000,
    "/token/" + "a1" * 100_000,
    "/a-token-" * 30_000 + "/",
    "-token/" * 30_000,
    "a:" * 100_000 + "@",
    "user:aaa" * 30_000 + "@",
    "a:bbb@" * 30_000,
    "a." * 100_000 + ":bbb@c",
    "pin=" * 50_000 + "(",
    "pin: 1" * 30_000,
    "pin" * 60_000 + ":",
    "pin " * 50_000 + "=",
    "password is " * 20_000,
    "password " * 20_000 + "a1" * 10_000,
    "password is " + "a1" * 100_000,
    "?u=" * 60_000 + "&p=",
    "&u=a" * 50_000 + "&p=",
    "?p=" + "a1" * 100_000,
    "/key/" + "0" * 200_000 + "-g",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_takes_no_more_than_moments(text: str):
    began = time.process_time()
    without_secrets(text)
    assert time.process_time() - began < 3
