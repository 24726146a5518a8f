"""A cursor comes back as it was made; what else is sent as one is refused."""

import base64
from uuid import UUID, uuid4

import pytest

from pressroom_common.internal_problems import Refused
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.customers.records import Place


@pytest.mark.parametrize("name", ["zoë & söhne \N{PEACH}", "", "a", "ab", "abc"])
def test_a_place_comes_back(name: str) -> None:
    place = Place(name, uuid4())
    assert decode_cursor(encode_cursor(place), Place) == place


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "ü",
        "",
        encoded("[]"),
        encoded('["a"]'),
        encoded('["a", "b"]'),
        encoded(f'["a\\u0000", "{UUID(int=7)}"]'),
        encoded("[" * 10_000),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as raised:
        decode_cursor(cursor, Place)
    assert (raised.value.status, raised.value.problem.errors[0].field) == (422, "cursor")
