"""Two exports mean the same if, and only if, nothing is told between them."""

import copy
import random
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.diff import difference
from pressroom_zuora_sync.exports.meaning import meaning
from unit.zuora_exports.specimens import Json, export, link, renumbered, start, task, told


def forked(length: int, *, crossed: bool) -> Export:
    """Two chains of tasks that say the same; their ends are swapped, or not."""
    tasks, linkages = [task(1, "If")], [start(1)]
    for base, end in ((100, "Done"), (200, "Broken")):
        other = 300 - base if crossed else base
        tasks += [task(base + n, "Wait") for n in range(length)] + [task(base + 99, end)]
        linkages += [link(1, base, str(base)), *(link(base + n, base + n + 1) for n in range(length - 1))]
        linkages.append(link(other + length - 1, base + 99))
    return export(tasks, linkages)


@pytest.mark.parametrize("length", [1, 3, 7, 40])
def test_ends_that_are_swapped_are_told_however_far_they_are(length: int):
    assert told(forked(length, crossed=False), forked(length, crossed=True))
    assert told(forked(length, crossed=True), forked(length, crossed=True)) == []


def test_rings_are_no_larger_ring():
    tasks = [task(n, "Wait") for n in range(6)]
    rings = export(tasks, [link(n, n // 3 * 3 + (n + 1) % 3) for n in range(6)])
    ring = export(tasks, [link(n, (n + 1) % 6) for n in range(6)])
    assert told(rings, ring)
    assert told(rings, export(tasks[::-1], [link(n, n // 3 * 3 + (n + 2) % 3) for n in range(6)])) == []


def test_a_chain_of_20000_tasks_that_say_the_same_is_compared_in_seconds():
    tasks, linkages = [task(n, "Wait") for n in range(20_000)], [link(n, n + 1) for n in range(19_999)]
    began = time.monotonic()
    assert told(export(tasks, [start(0), *linkages]), export(tasks[::-1], [*linkages, start(0)])) == []
    assert time.monotonic() - began < 60


names = st.sampled_from(["A", "B", "C", "Mail"])


@st.composite
def workflows(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    size = draw(st.integers(1, 7))
    types = st.sampled_from(["Callout", "Email"])
    tasks = [task(n, draw(names), draw(types), note=draw(st.integers(0, 2))) for n in range(1, size + 1)]
    ids = st.integers(1, size)
    pairs = draw(st.lists(st.tuples(ids, ids, st.sampled_from(["Success", "Failure"])), max_size=9))
    return tasks, [start(1), *(link(*pair) for pair in pairs)]


@settings(max_examples=150, deadline=None)
@given(workflows(), st.integers(1, 5000), st.randoms(use_true_random=False))
def test_a_copy_with_other_ids_in_another_order_means_the_same(
    workflow: tuple[list[Json], list[Json]], by: int, dice: random.Random
):
    tasks, linkages = renumbered(*copy.deepcopy(workflow), by)
    assert meaning(export(*workflow)) == meaning(export(tasks, linkages))
    assert list(difference(export(*workflow), export(tasks, linkages))) == []
    dice.shuffle(tasks)
    dice.shuffle(linkages)
    assert meaning(export(*workflow)) == meaning(export(tasks, linkages))
    assert list(difference(export(*workflow), export(tasks, linkages))) == []


LISTS = ("headers", "polling_headers", "tags", "conditions", "scalars")
MUTATIONS = ["rename", "retype", "note", "items", "swap", "user", "condition", "unlink", "relink", "dangle", "number"]


def mutated(workflow: tuple[list[Json], list[Json]], sorts: list[str], dice: random.Random) -> Export:
    tasks, linkages = copy.deepcopy(workflow)
    for sort in sorts:
        one = dice.choice(tasks)
        if sort == "unlink" and linkages:
            linkages.remove(dice.choice(linkages))
        elif sort in ("relink", "dangle"):
            linkages.append(link(one["id"], dice.choice(tasks)["id"] + 99 * (sort == "dangle")))
        elif sort == "condition" and linkages:
            dice.choice(linkages)["condition"] = dice.choice("xy")
        elif sort in ("items", "swap"):
            holder, items = dice.choice(LISTS), ["a", "b", "c"]
            if sort == "swap":
                items[0], items[1] = items[1], items[0]
            scalars = holder in ("tags", "scalars")
            one["parameters"] = {holder: items if scalars else [{"key": name, "value": 1} for name in items]}
        elif sort == "user":
            one["assignment"] = [{"user": {"id": dice.randrange(2)}}]
        else:
            field, value = {"rename": ("name", "Z"), "retype": ("action_type", "Query")}.get(sort, ("note", 1))
            one[field] = 1.0 if sort == "number" else value
    return export(tasks, linkages)


@settings(max_examples=150, deadline=None)
@given(
    workflows(),
    st.lists(st.sampled_from(MUTATIONS), max_size=3),
    st.lists(st.sampled_from(MUTATIONS), max_size=3),
    st.randoms(use_true_random=False),
)
def test_what_means_something_else_is_told(workflow: Any, here: list[str], there: list[str], dice: random.Random):
    left, right = mutated(workflow, here, dice), mutated(workflow, there, dice)
    assert bool(told(left, right)) == (meaning(left) != meaning(right))


@settings(max_examples=150, deadline=None)
@given(workflows(), workflows())
def test_two_that_mean_the_same_have_no_difference_and_the_other_way_round(left: Any, right: Any):
    one, other = export(*left), export(*right)
    changes = list(difference(one, other))
    if meaning(one) == meaning(other):
        assert changes == []
    backwards = list(difference(other, one))
    assert bool(changes) == bool(backwards)
    assert msgspec.json.encode([change.model_dump() for change in changes])
