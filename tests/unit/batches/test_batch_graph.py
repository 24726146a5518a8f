"""Whether items can all come to their turn: a table, and a property against a search by brute force."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.batches.graph import Item, faults


def items(needs: Mapping[str, Sequence[str]]) -> list[Item]:
    return [Item(index, name, names) for index, (name, names) in enumerate(needs.items())]


@pytest.mark.parametrize(
    "needs",
    [{}, {"a": []}, {"a": ["b"], "b": []}, {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}],
)
def test_what_can_come_to_its_turn_has_no_fault(needs: dict[str, list[str]]) -> None:
    assert faults(items(needs)) == []


def test_a_cycle_is_told_by_its_names_at_its_members_only() -> None:
    found = faults(items({"a": ["b"], "b": ["c"], "c": ["b"], "d": []}))
    assert [(fault.index, fault.field) for fault in found] == [(1, "depends_on"), (2, "depends_on")]
    assert {fault.message for fault in found} == {"the items wait for one another: b → c → b"}


def test_who_depends_on_itself_on_nobody_or_twice_is_told_so() -> None:
    found = faults(items({"a": ["a"], "b": ["x"], "c": ["d", "d"], "d": []}))
    assert [(fault.index, fault.message) for fault in found] == [
        (0, "a depends on itself"),
        (1, "there is no item with the name x"),
        (2, "names d twice"),
    ]


def test_a_name_belongs_to_one_item() -> None:
    (fault,) = faults([Item(0, "a", ()), Item(3, None, ()), Item(7, "a", ())])
    assert (fault.index, fault.field, fault.message) == (7, "name", "item 0 has this name, too")


NAMES = ("a", "b", "c", "d", "e")


@given(st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), unique=True, max_size=3) for name in NAMES}))
def test_there_is_a_fault_exactly_where_no_order_does(needs: dict[str, list[str]]) -> None:
    assert (not faults(items(needs))) == any(fits(order, needs) for order in permutations(NAMES))


def fits(order: Sequence[str], needs: Mapping[str, Sequence[str]]) -> bool:
    return all(order.index(need) < order.index(name) for name, names in needs.items() for need in names)
