"""What is a secret by its look, where its place alone is no proof; and what looks nearly like one."""

import random
import string
import uuid

import pytest

from pressroom_zuora_sync.exports.redaction import without
from pressroom_zuora_sync.exports.secret_values import is_drawn

DRAWN = "hT9xQ2LmZk8rW4vB7nC1"

SECRETS = [
    f"https://a.com/x?p={DRAWN}",
    f"https://a.com/x?y=1&s={DRAWN}&z=2",
    f"https://a.com/x?hash={DRAWN}",
    f"https://a.com/x?u=jane&amp;p=hunter-{DRAWN}",
    f"https://a.com/x?tok={DRAWN}",
    f"https://a.com/x?psw={DRAWN}",
    f"https://a.com/x?sas={DRAWN}",
    f"https://a.com/token/{DRAWN}",
    f"https://a.com/v1/key/{DRAWN}/rows?page=2",
    f"https://a.com/secret/{DRAWN}",
    f"/reset-password/{DRAWN}",
    f"{{{{ Base }}}}/hooks/{DRAWN}",
    f"user:{DRAWN}@host",
    f"sftp jane:{DRAWN}@sftp.a.com",
    f"jane:a!{DRAWN}@10.0.0.1:22",
    f"tok={DRAWN}",
    f"tok: {DRAWN}",
    f"pw = '{DRAWN}'",
    f"pass: {DRAWN}, then go",
    f'[{{"totp": "{DRAWN}"}}, {{{{ broken }}}}]',
    f"the password is {DRAWN}.",
    f"api_key {DRAWN}",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_one(text: str):
    shown = without({"text": text})["text"]
    assert DRAWN not in shown
    assert without({"text": shown}) == {"text": shown}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.com/x?user=jane&p=hunter&y=1", "https://a.com/x?user=jane&p=[redacted]&y=1"),
        ("user:hunter@host", "user:[redacted]@host"),
        ("jane:hunter@db:5432/x", "jane:[redacted]@db:5432/x"),
        ("pin: 1234", "pin: [redacted]"),
        ("PIN-Code = 1234", "PIN-Code = [redacted]"),
        ("otp: 123456, then go", "otp: [redacted], then go"),
        ("cvv: 123", "cvv: [redacted]"),
    ],
)
def test_a_short_secret_is_one_where_its_neighbours_tell(text: str, shown: str):
    assert without({"text": text}) == {"text": shown}


@pytest.mark.parametrize(
    "text",
    [
        "page: 2",
        "p = 3 items",
        "https://a.com/?p=123&page=2",
        "https://a.com/?s=running+shoes",
        "https://a.com/?s=iPhone15",
        "https://a.com/?t=2024-01-01T00:00:00",
        "https://a.com/?t=1704067200123",
        "https://a.com/?ticket=INC-0012345",
        "https://a.com/oauth/token/introspect",
        "https://a.com/keys/subscription_product_feature",
        "https://a.com/key/report_2024-01-01_v2.csv",
        "https://a.com/session/AccountPaymentMethod",
        "https://a.com/auth/oauth2-authorization-server",
        "https://a.com/hooks/order-created-2024-v2",
        "https://a.com/token/{{ Data.Account.TokenOfPayment }}",
        "time 10:30@noon",
        "mailto:a@b",
        "mailto:x9y8z7w6@a.com",
        "cc:jane@a.com",
        "note:jane.doe1984@a.com",
        "user:jane@a.com",
        "user:{{ Data.Password }}@host",
        "git@a.com:b/c.git",
        "image:tag@sha256:abc",
        "npm:foo@1.2.3",
        "pin: all",
        "pin = 13",
        "shipping: 12345",
        "pass: 1200, fail: 3",
        "pass: 3rd",
        "otp: required",
        "tok = next2(x)",
        "tok = tokens[0]",
        "password is required",
        "The token is valid until 2024-01-01",
        "Password reset2024",
    ],
)
def test_what_looks_nearly_like_a_secret_stays(text: str):
    assert without({"text": text}) == {"text": text}


@pytest.mark.parametrize("name", ["tok", "psw", "totp", "creds", "pinCode", "cvv2", "appKey"])
def test_a_field_of_such_a_name_is_a_secret(name: str):
    assert without({name: "CANARY"}) == {name: "[redacted]"}


@pytest.mark.parametrize("name", ["token_ttl", "stock", "pinned", "mapKey", "p", "s", "ticket", "hash"])
def test_a_field_of_a_name_that_is_nearly_such_a_one_is_none(name: str):
    assert without({name: "CANARY"}) == {name: "CANARY"}


LETTERS = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    "alphabet", [LETTERS, LETTERS + "-_", string.ascii_lowercase + string.digits, "0123456789abcdef"]
)
def test_what_is_drawn_by_lot_is_told_from_words(alphabet: str):
    dice = random.Random(1)
    found = sum(is_drawn("".join(dice.choices(alphabet, k=32))) for _ in range(1_000))
    assert found > 960


def test_a_uuid_is_drawn_and_words_are_not():
    assert is_drawn(str(uuid.UUID("550e8400-e29b-41d4-a716-446655440000")))
    assert not any(
        map(is_drawn, ["AccountPaymentMethod", "account-number-2024", "2024-01-01-12-30", "feed-face-bad-cafe"])
    )
