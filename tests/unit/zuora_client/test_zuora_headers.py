"""What headers say about waiting."""

from datetime import UTC, datetime

import pytest

from pressroom_zuora_sync.zuora.headers import Allowance, allowance, asked_wait

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "999999999999"}, 999999999999.0),
        ({"Retry-After": "1e999"}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 12:00:00 GMT"}, 86400.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "soon", "ratelimit-reset": "4"}, 4.0),
        ({"ratelimit-reset": "9"}, 9.0),
        ({"ratelimit-reset": "9", "ratelimit-remaining": "0"}, 9.0),
        ({"ratelimit-reset": "86400", "ratelimit-remaining": "0"}, 86400.0),
        ({"ratelimit-reset": "58", "ratelimit-remaining": "49000"}, None),
        ({"Retry-After": "3", "ratelimit-reset": "58"}, 3.0),
    ],
)
def test_a_429_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, None),
        ({"ratelimit-remaining": "5"}, None),
        ({"ratelimit-remaining": "5", "ratelimit-reset": "10"}, Allowance(5, 10.0)),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "86400"}, Allowance(0, 60.0)),
        ({"ratelimit-remaining": "x", "ratelimit-reset": "10"}, None),
        ({"ratelimit-remaining": "-1", "ratelimit-reset": "10"}, None),
        ({"ratelimit-remaining": "1e300", "ratelimit-reset": "10"}, None),
    ],
)
def test_what_remains_is_read_where_it_makes_sense(headers: dict[str, str], allowed: Allowance | None) -> None:
    assert allowance(headers, longest=60.0) == allowed
