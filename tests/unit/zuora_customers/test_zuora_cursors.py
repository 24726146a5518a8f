"""A cursor comes back as it was made; what else is sent as one is refused."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest

from pressroom_common.internal_problems import Refused
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.customers.records import Place
from pressroom_zuora_sync.reading.records import FindingPlace, TaskPlace

ID = UUID(int=7)


@pytest.mark.parametrize("name", ["zoë & söhne \N{PEACH}", "", "a", "ab", "abc", r"the letters \u0000"])
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
        encoded(f'["a\\u0000", "{ID}"]'),
        encoded(f'["\\ud800", "{ID}"]'),
        encoded("[" * 10_000),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as raised:
        decode_cursor(cursor, Place)
    assert (raised.value.status, raised.value.problem.errors[0].field) == (422, "cursor")


@pytest.mark.parametrize(
    ("place", "number"),
    [(TaskPlace, -(2**63) - 1), (TaskPlace, 2**63), (FindingPlace, -1), (FindingPlace, 2**31), (FindingPlace, 10**30)],
)
def test_a_number_that_no_list_has_is_refused(place: type[object], number: int) -> None:
    with pytest.raises(Refused):
        decode_cursor(encoded(f'["{ID}", {number}]'), place)


@pytest.mark.parametrize(
    "place", [TaskPlace(uuid4(), -(2**63)), TaskPlace(uuid4(), 2**63 - 1), FindingPlace(uuid4(), 0)]
)
def test_every_number_that_a_list_has_comes_back(place: Any) -> None:
    assert decode_cursor(encode_cursor(place), type(place)) == place
