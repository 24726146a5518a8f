"""The form of API keys, and what is stored of them."""

import re

import pytest

from pressroom_gateway.accounts.keys import digest_of, make_key, matches, prefix_of

PEPPER = b"a pepper of at least 32 characters"


def test_a_key_names_its_prefix_and_carries_256_random_bits() -> None:
    key = make_key(PEPPER)
    assert re.fullmatch(r"pr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", key.text)
    assert prefix_of(key.text) == key.prefix


def test_no_two_keys_are_alike() -> None:
    keys = [make_key(PEPPER) for _ in range(1000)]
    assert len({key.text for key in keys}) == len({key.digest for key in keys}) == 1000


def test_a_key_matches_its_digest_under_its_pepper_only() -> None:
    key, other = make_key(PEPPER), make_key(PEPPER)
    assert matches(key.text, PEPPER, key.digest)
    assert not matches(key.text, b"another pepper of 32 characters!", key.digest)
    assert not matches(other.text, PEPPER, key.digest)


def test_the_digest_is_a_keyed_hash() -> None:
    key = make_key(PEPPER)
    assert len(key.digest) == 32
    assert key.digest == digest_of(key.text, PEPPER) != digest_of(key.text, b"")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pr_",
        "sk-something-else",
        f"pr_aaaaaaaa_{'A' * 42}",
        f"pr_aaaaaaaa_{'A' * 44}",
        f"pr_AAAAAAAA_{'A' * 43}",
        f"pr_aaaaaaaa-{'A' * 43}",
        f"pr_aaaaaaaa_{'A' * 42}=",
        f"pr_aaaaaaaa_{'A' * 43}\n",
        f" pr_aaaaaaaa_{'A' * 43}",
        f"pr_aaaaaaaa_{'é' * 43}",
    ],
)
def test_what_does_not_look_like_a_key_has_no_prefix(text: str) -> None:
    assert prefix_of(text) is None
