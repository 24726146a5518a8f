"""Cursors and pages."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pressroom_gateway.pagination import NEWEST, PageQuery, encode_cursor, listing


@given(st.uuids())
def test_a_cursor_leads_back_to_its_id(position: UUID) -> None:
    assert PageQuery.model_validate({"cursor": encode_cursor(position)}).before == position


def test_without_a_cursor_the_newest_come_first() -> None:
    assert PageQuery().before == NEWEST


@given(st.one_of(st.text(max_size=20), st.integers(), st.binary(max_size=40)))
def test_any_other_cursor_is_refused(cursor: object) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"cursor": cursor})


@pytest.mark.parametrize(("found", "shown", "more"), [(0, 0, False), (2, 2, False), (3, 3, False), (4, 3, True)])
def test_there_is_a_next_page_where_one_more_was_found(found: int, shown: int, more: bool) -> None:
    page = listing([UUID(int=n) for n in range(found)], 3, lambda item: item)
    assert len(page.items) == shown
    assert (page.next_cursor == encode_cursor(page.items[-1])) if more else (page.next_cursor is None)
