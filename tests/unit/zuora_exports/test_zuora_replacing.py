"""Replacing window by window gives what replacing at once gives."""

import re
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports.replacing import WINDOW, replaced
from pressroom_zuora_sync.exports.secret_syntax import REDACTED
from pressroom_zuora_sync.exports.secret_texts import without_secrets

PATTERNS = [
    re.compile(pattern, re.DOTALL) for pattern in (r"ab+", r"(?<=c)a[^c]*", r"a.*?(?:c|\Z)", r"\ba\w", r"^a|ba")
]


@settings(max_examples=400, deadline=None)
@given(st.text("abc ", max_size=80), st.sampled_from(PATTERNS), st.integers(8, 20))
def test_windows_change_nothing(text: str, pattern: re.Pattern[str], window: int):
    def mark(match: re.Match[str]) -> str:
        return f"<{match[0]}>"

    assert replaced(pattern, mark, text, window, overlap=4) == pattern.sub(mark, text)


@pytest.mark.parametrize(
    "secret",
    [
        "password: CANARY",
        'clientSecret => "CANARY"',
        "<ns:password kind='x'>CANARY</ns:password>",
        "see https://user:CANARY@a.com/x",
        "see https://a.com/x?token=CANARY",
        "Bearer CANARY",
        '{"key": "Cookie", "on": true, "value": "CANARY"}',
        '{"value": "CANARY", "on": true, "key": "Cookie"}',
        "{'value': '" + "CANARY" * 300 + "', 'key': 'Cookie'}",
        "eyJhbGciOiJIUzI1NiJ9.CANARY.CANARY",
        "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----",
        "client_secret: >-\n    CANARY\n    CANARY\n",
        "{% capture password %}CANARY{% endcapture %}",
        "{{ 'user:CANARY' | base64_encode }}",
        "headers['X-Key'] = 'CANARY'",
        "auth=('user', 'CANARY')",
        "<add value='CANARY' key='password'/>",
        "%22password%22%3A%22CANARY%22",
    ],
)
def test_a_secret_at_the_edge_of_a_window_is_found(secret: str):
    for shift in range(-len(secret) - 2, 3, max(4, len(secret) // 20)):
        text = f"{'. ' * ((WINDOW + shift) // 2)}\n{secret}\n. . ."
        assert "CANARY" not in without_secrets(text)


def test_a_secret_of_many_windows_goes_as_a_whole():
    text = f"{'.' * 99_990} <password>{'CANARY' * 100_000}</password> end"
    assert without_secrets(text).endswith(f" <password>{REDACTED}</password> end")


@pytest.mark.parametrize("text", ["no: secret = key here " * 400_000, "var token = x\n" * 300_000])
def test_other_threads_run_while_a_long_text_is_searched(text: str):
    work = threading.Thread(target=lambda: without_secrets(text))
    work.start()
    longest = 0.0
    began = last = time.monotonic()
    while work.is_alive():
        time.sleep(0.001)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    assert longest < (last - began) / 2  # in one call it would be nearly all of it
