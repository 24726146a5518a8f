"""Trouble of our own is waited for; anything else comes out at once."""

import asyncio
import time

import pytest

from pressroom_common.errors import Unavailable
from pressroom_common.patience import patiently


class Operation:
    """Fails as often as it is told to, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


async def test_what_succeeds_is_tried_once() -> None:
    operation = Operation()
    assert await patiently(operation) == "done"
    assert operation.tries == 1


async def test_while_the_database_is_away_it_is_tried_again_after_a_pause() -> None:
    operation = Operation(Unavailable("away"), Unavailable("away"), Unavailable("away"))
    began = time.monotonic()
    assert await patiently(operation) == "done"
    assert operation.tries == 4
    assert time.monotonic() - began > 0.05


async def test_patience_that_has_an_end_comes_to_it() -> None:
    operation = Operation(*(Unavailable("away") for _ in range(1000)))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="away"):
        await patiently(operation, 0.3)
    assert operation.tries > 1
    assert time.monotonic() - began < 5


async def test_a_bug_comes_out_at_once() -> None:
    operation = Operation(ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        await patiently(operation)
    assert operation.tries == 1


async def test_a_bug_after_an_outage_comes_out_too() -> None:
    operation = Operation(Unavailable("away"), ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        await patiently(operation)
    assert operation.tries == 2


async def test_who_waits_can_be_cancelled() -> None:
    operation = Operation(*(Unavailable("away") for _ in range(1000)))
    task = asyncio.create_task(patiently(operation))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
