"""Whether items can all come to their turn: a table, and a property against a search by brute force."""

import time
from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.batches.graph import Item, faults, followers


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


def test_a_long_cycle_is_told_by_ten_names_of_it_at_each_member() -> None:
    count = 1000
    found = faults(items({f"n{number}": [f"n{(number + 1) % count}"] for number in range(count)}))
    assert [fault.index for fault in found] == list(range(count))
    names = " → ".join(f"n{number}" for number in range(10))
    assert {fault.message for fault in found} == {f"the items wait for one another: {names} → … and 990 more"}


def test_cycles_that_share_items_are_each_told_or_follow_one_that_is() -> None:
    needs = items({"a": ["b", "c"], "b": ["a"], "c": ["a"], "d": ["c"], "e": []})
    wrong = {fault.index for fault in faults(needs)}
    assert wrong == {0, 1}
    assert [(fault.index, fault.message) for fault in followers(needs, wrong)] == [
        (2, "depends on a, which is wrong itself"),
        (3, "depends on c, which is wrong itself"),
    ]


def test_who_follows_the_first_of_two_with_a_name_does_not_follow_the_second() -> None:
    needs = [Item(0, "a", ()), Item(1, "a", ()), Item(2, "b", ("a",)), Item(3, None, ("b",))]
    assert followers(needs, {1}) == []
    assert [fault.index for fault in followers(needs, {0, 1})] == [2, 3]


@pytest.mark.parametrize("shape", ["chain", "cycle at its end", "ten each"])
def test_a_thousand_items_are_looked_through_at_once(shape: str) -> None:
    ends = {"chain": ["gone"], "cycle at its end": ["n1"], "ten each": ["gone"]}[shape]
    reach = 10 if shape == "ten each" else 1
    needs = {f"n{n}": [f"n{m}" for m in range(max(0, n - reach), n)] or ends for n in range(1000)}
    began = time.perf_counter()
    wrong = {fault.index for fault in faults(items(needs))}
    found = followers(items(needs), wrong)
    assert time.perf_counter() - began < 2
    assert wrong | {fault.index for fault in found} == set(range(1000))


def test_who_depends_on_itself_on_nobody_or_twice_is_told_so() -> None:
    found = faults(items({"a": ["a"], "b": ["x"], "c": ["d", "d"], "d": []}))
    assert [(fault.index, fault.message) for fault in found] == [
        (0, "a depends on itself"),
        (1, "there is no item with the name x"),
        (2, "names d twice"),
    ]


def test_a_fault_is_told_where_the_name_stands() -> None:
    needs = [
        Item(0, "a", ("a",), {"a": "variables.x"}),
        Item(1, "b", ("gone",), {"gone": "variables.y"}),
        Item(2, "c", ("d",), {"d": "variables.z"}),
        Item(3, "d", ("c",)),
        Item(4, None, ("b", "c"), {"b": "variables.w"}),
    ]
    found = faults(needs)
    assert [(fault.index, fault.field) for fault in found] == [
        (0, "variables.x"),
        (1, "variables.y"),
        (2, "variables.z"),
        (3, "depends_on"),
    ]
    assert [(fault.index, fault.field) for fault in followers(needs, {1})] == [(4, "variables.w")]


def test_a_name_belongs_to_one_item() -> None:
    (fault,) = faults([Item(0, "a", ()), Item(3, None, ()), Item(7, "a", ())])
    assert (fault.index, fault.field, fault.message) == (7, "name", "item 0 has this name, too")


NAMES = ("a", "b", "c", "d", "e")


@given(st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), unique=True, max_size=3) for name in NAMES}))
def test_there_is_a_fault_exactly_where_no_order_does(needs: dict[str, list[str]]) -> None:
    assert (not faults(items(needs))) == any(fits(order, needs) for order in permutations(NAMES))


@given(
    st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), unique=True, max_size=3) for name in NAMES}),
    st.sets(st.integers(0, len(NAMES) - 1)),
)
def test_what_is_left_without_the_wrong_and_their_followers_can_come_to_its_turn(
    needs: dict[str, list[str]], wrong: set[int]
) -> None:
    given_ = items(needs)
    wrong |= {fault.index for fault in faults(given_)}
    out = wrong | {fault.index for fault in followers(given_, wrong)}
    left = [item for item in given_ if item.index not in out]
    assert faults(left) == []
    gone = {item.name for item in given_ if item.index in out}
    depends = {item.index for item in given_ if gone & set(item.needs)}
    assert out - wrong <= depends
    assert depends <= out


def fits(order: Sequence[str], needs: Mapping[str, Sequence[str]]) -> bool:
    return all(order.index(need) < order.index(name) for name, names in needs.items() for need in names)
