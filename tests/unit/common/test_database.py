"""What goes wrong with statements, as others are told."""

import pytest
from sqlalchemy import text

from pressroom_common.database import Transaction, unavailable
from pressroom_common.errors import SlowStatement, Unavailable


class Stuck:
    """A connection whose statements take too long."""

    async def fetch(self, *_: object) -> None:
        raise TimeoutError

    execute = fetch


async def test_a_statement_that_takes_too_long_is_told_from_a_database_that_is_away() -> None:
    for call in (Transaction(Stuck()).fetch, Transaction(Stuck()).execute):
        with pytest.raises(SlowStatement), unavailable():
            await call(text("SELECT 1"))
    with pytest.raises(Unavailable) as raised, unavailable():
        raise TimeoutError
    assert not isinstance(raised.value, SlowStatement)
