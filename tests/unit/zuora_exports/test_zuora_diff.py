"""What a change from one export to another is told as: by meaning, not by ids."""

import copy
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_common.zuora_reads import ElementChange
from pressroom_zuora_sync.exports import Export
from pressroom_zuora_sync.exports.diff import difference
from pressroom_zuora_sync.exports.lint import faults
from pressroom_zuora_sync.exports.meaning import meaning
from unit.zuora_exports.specimens import Json, export, link, start, task


def told(left: Export, right: Export) -> list[ElementChange]:
    changes = list(difference(left, right))
    assert bool(changes) == (meaning(left) != meaning(right))
    return changes


def brief(left: Export, right: Export) -> list[tuple[str, str, str]]:
    return [(change.sort, change.change, change.name) for change in told(left, right)]


def renumbered(tasks: list[Json], linkages: list[Json], by: int) -> tuple[list[Json], list[Json]]:
    """The same workflow as another environment has it: other ids, dates and places."""
    moved = [{**item, "id": item["id"] + by, "css": {"top": f"{by}px"}, "updated_at": str(by)} for item in tasks]
    ends = ("source_task_id", "target_task_id", "source_workflow_id")
    linked = [{**item, **{end: item[end] + by for end in ends if item[end] is not None}} for item in linkages]
    return moved, linked


CHAIN = [task(1, "Query", "Query"), task(2, "Call"), task(3, "Mail", "Email")], [start(1), link(1, 2), link(2, 3)]


def test_ids_layout_and_dates_mean_nothing():
    left = export(*CHAIN, id=1, version="0.0.1", updated_at="2026-01-01")
    right = export(*renumbered(*CHAIN, 1000), id=9, version="0.0.7", updated_at="2026-02-01", css={"top": "1px"})
    assert told(left, right) == []


def test_the_order_of_tasks_and_linkages_means_nothing():
    assert told(export(*CHAIN), export(CHAIN[0][::-1], CHAIN[1][::-1])) == []


def test_a_task_that_comes_is_added_with_its_linkages():
    tasks, linkages = CHAIN
    right = export([*tasks, task(4, "Log", "Callout")], [*linkages, link(3, 4)])
    assert brief(export(*CHAIN), right) == [("task", "added", "Log"), ("linkage", "added", "Mail → Log (Success)")]


def test_a_task_that_goes_is_removed_with_its_linkages():
    right = export(CHAIN[0][:2], CHAIN[1][:2])
    assert brief(export(*CHAIN), right) == [
        ("task", "removed", "Mail"),
        ("linkage", "removed", "Call → Mail (Success)"),
    ]


def test_fields_that_changed_are_told_with_their_path():
    left = export(
        [task(1, "Call", parameters={"url": "https://a.com", "n": {"x": [1, 2]}}, priority="Low")], [start(1)]
    )
    right = export([task(5, "Call", parameters={"url": "https://b.com", "n": {"x": [1, 3]}, "m": 1})], [start(5)])
    (change,) = told(left, right)
    assert (change.sort, change.change, change.name, change.before) == ("task", "changed", "Call", None)
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        ("parameters.url", "https://a.com", "https://b.com"),
        ("parameters.n.x.[1]", 2, 3),
        ("parameters.m", None, 1),
        ("priority", "Low", None),
    ]


def test_headers_are_compared_by_name():
    one, two, three = ({"key": name, "value": name} for name in "ABC")
    left = export([task(1, "Call", parameters={"headers": [one, two]})], [start(1)])
    right = export([task(1, "Call", parameters={"headers": [three, one, two]})], [start(1)])
    (change,) = told(left, right)
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        ("parameters.headers.[C]", None, {"key": "C", "value": "C"})
    ]


@pytest.mark.parametrize("naming", ["key", "name", "field"])
def test_the_order_of_headers_and_fields_means_nothing(naming: str):
    items = [{naming: name, "value": name} for name in "AB"]
    left = export([task(1, "Call", parameters={"items": items})], [start(1)])
    right = export([task(1, "Call", parameters={"items": items[::-1]})], [start(1)])
    assert told(left, right) == []


def test_the_order_of_a_list_without_names_means_something():
    left = export([task(1, "Call", parameters={"items": ["a", "b"]})], [start(1)])
    assert told(left, export([task(1, "Call", parameters={"items": ["b", "a"]})], [start(1)]))


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), ([1], [True]), ({"a": 0}, {"a": False})])
def test_what_is_equal_to_python_alone_is_different(before: Any, after: Any):
    left = export([task(1, "Call", parameters={"x": before})], [start(1)])
    assert told(left, export([task(1, "Call", parameters={"x": after})], [start(1)]))


def test_a_linkage_to_nowhere_that_comes_or_goes_is_told():
    left, right = export(*CHAIN), export(CHAIN[0], [*CHAIN[1], link(1, 99, "Failure")])
    assert brief(left, right) == [("linkage", "added", "to no task (Failure)")]
    assert brief(right, left) == [("linkage", "removed", "to no task (Failure)")]


def test_tasks_of_one_name_in_another_order_are_the_same():
    tasks = [task(1, "If"), *(task(n, "Callout", parameters={"url": f"https://{n}.com"}) for n in (2, 3))]
    linkages = [start(1), link(1, 2, "True"), link(1, 3, "True")]
    moved, linked = renumbered(tasks, linkages, 10)
    assert told(export(tasks, linkages), export(moved[::-1], linked)) == []


def test_one_more_of_many_of_one_name_is_one_more():
    urls = "abcdef"

    def chain(urls: str) -> Export:
        tasks = [task(n, "Callout", parameters={"url": url}) for n, url in enumerate(urls)]
        return export(tasks, [start(0), *(link(n, n + 1) for n in range(len(urls) - 1))])

    assert brief(chain(urls), chain("x" + urls)) == [
        ("task", "added", "Callout"),
        ("linkage", "removed", "start → Callout (Start)"),
        ("linkage", "added", "start → Callout (Start)"),
        ("linkage", "added", "Callout → Callout (Success)"),
    ]


def test_a_renamed_task_is_known_by_its_place():
    tasks, linkages = renumbered(*CHAIN, 10)
    tasks[1]["name"] = "Call the bank"
    (change,) = told(export(*CHAIN), export(tasks, linkages))
    assert (change.change, change.name, change.before) == ("changed", "Call the bank", "Call")


def test_a_renamed_task_makes_the_next_place_known():
    tasks, linkages = renumbered(*CHAIN, 10)
    tasks[1]["name"], tasks[2]["name"] = "B", "C"
    assert brief(export(*CHAIN), export(tasks, linkages)) == [("task", "changed", "B"), ("task", "changed", "C")]


def test_a_task_of_another_type_is_the_same_task_changed():
    tasks, linkages = renumbered(*CHAIN, 10)
    tasks[1]["action_type"] = "Query"
    (change,) = told(export(*CHAIN), export(tasks, linkages))
    assert [(field.path, field.before, field.after) for field in change.fields] == [("action_type", "Callout", "Query")]


def test_tasks_of_one_name_are_told_apart_by_their_place():
    """Two `Mail`s: one on success and one on failure. Their ids are exchanged, and one of them changes."""
    both = [start(1), link(1, 2), link(1, 3, "Failure")]
    left = export([task(1, "Call"), task(2, "Mail", subject="done"), task(3, "Mail", subject="broken")], both)
    swapped = [start(1), link(1, 3), link(1, 2, "Failure")]
    same = export([task(1, "Call"), task(3, "Mail", subject="done"), task(2, "Mail", subject="broken")], swapped)
    assert told(left, same) == []
    other = export([task(1, "Call"), task(3, "Mail", subject="done"), task(2, "Mail", subject="burnt")], swapped)
    (change,) = told(left, other)
    assert [(field.before, field.after) for field in change.fields] == [("broken", "burnt")]


def test_a_linkage_of_another_type_is_a_change_of_it():
    left, right = export(*CHAIN), export(CHAIN[0], [start(1), link(1, 2, "Failure"), link(2, 3)])
    (change,) = told(left, right)
    assert (change.sort, change.change, change.name) == ("linkage", "changed", "Query → Call")
    assert (change.fields[0].before, change.fields[0].after) == ("Success", "Failure")


def test_a_new_start_is_told():
    assert brief(export(*CHAIN), export(CHAIN[0], [*CHAIN[1], start(3)])) == [
        ("linkage", "added", "start → Mail (Start)")
    ]


def test_the_workflows_own_fields_are_told():
    left, right = export(*CHAIN, name="Bills", status="Active"), export(*CHAIN, name="Bills 2", status="Inactive")
    (change,) = told(left, right)
    assert (change.sort, change.name, change.before) == ("workflow", "Bills 2", "Bills")
    assert {field.path for field in change.fields} == {"name", "status"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"basic_auth": {"password": "CANARY1"}}, {"basic_auth": {"password": "CANARY2"}}),
        ({"url": "https://a.com?token=CANARY1"}, {"url": "https://a.com?token=CANARY2"}),
        ({"headers": [{"key": "Cookie", "value": "CANARY1"}]}, {"headers": [{"key": "Cookie", "value": "CANARY2"}]}),
        ({"raw_body": "CANARY1"}, {"raw_body": "CANARY2"}),
    ],
)  # fmt: skip
def test_a_changed_secret_is_told_and_not_shown(before: Json, after: Json):
    left = export([task(1, "Call", parameters=before)], [start(1)])
    right = export([task(1, "Call", parameters=after)], [start(1)])
    (change,) = told(left, right)
    (field,) = change.fields
    assert (field.before, field.after) == ("[redacted]", "[redacted]")
    assert "CANARY" not in change.model_dump_json()


def test_no_secret_is_in_a_name_a_type_or_a_new_field():
    left = export([task(1, "Bearer CANARY1")], [start(1)], name="token=CANARY2")
    tasks = [task(1, "Bearer CANARY3"), task(2, "password: CANARY4", parameters={"secret": "CANARY5"})]
    right = export(tasks, [start(1), link(1, 2, "Bearer CANARY6")], name="token=CANARY7", pin={"deep": ["CANARY8"]})
    assert "CANARY" not in "".join(change.model_dump_json() for change in told(left, right))


def test_what_is_long_is_cut_and_what_is_much_is_bounded():
    left = export([task(1, "Call", parameters={str(n): "x" for n in range(5000)}, note="a" * 90_000)], [start(1)])
    right = export([task(1, "Call", parameters={str(n): "y" for n in range(5000)}, note=["b" * 90_000])], [start(1)])
    (change,) = told(left, right)
    assert len(change.fields) == 200
    assert len(change.model_dump_json()) < 50_000


COLLIDING: list[Json] = [
    {"token=abc1": {"x": 1}, "token=def2": "y"},
    {"token=abc1": ["a", "b"], "token=def2": ["a"]},
    {"token=[redacted]": "y", "token=def2": {"x": 1}, "secret": {"token=abc1": [1], "token=def2": "y"}},
]


@pytest.mark.parametrize("parameters", COLLIDING, ids=range(len(COLLIDING)))
def test_keys_that_are_called_the_same_without_secrets_are_told_apart(parameters: Json):
    left = export([task(1, "Call", parameters=parameters)], [start(1)])
    changed = {**parameters, "token=def2": "CANARY"}
    (change,) = told(left, export([task(1, "Call", parameters=changed)], [start(1)]))
    assert "token=def2" not in change.model_dump_json()
    assert list(faults(left))
    assert list(faults(export([task(1, "Call", parameters=changed)], [start(1)])))


def test_from_nothing_to_something():
    assert brief(export([], []), export([task(1, "A")], [start(1)])) == [
        ("task", "added", "A"),
        ("linkage", "added", "start → A (Start)"),
    ]


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


MUTATIONS = ["rename", "retype", "note", "headers", "reorder", "unlink", "relink", "dangle", "number"]


def mutated(workflow: tuple[list[Json], list[Json]], sorts: list[str], dice: random.Random) -> Export:
    tasks, linkages = copy.deepcopy(workflow)
    for sort in sorts:
        one = dice.choice(tasks)
        items = [{"key": name, "value": 1} for name in "AB"]
        if sort == "unlink" and linkages:
            linkages.remove(dice.choice(linkages))
        elif sort in ("relink", "dangle"):
            linkages.append(link(one["id"], dice.choice(tasks)["id"] + 99 * (sort == "dangle")))
        elif sort == "headers":
            one["parameters"] = {"headers": items}
        elif sort == "reorder":
            one["parameters"] = {"headers": items[::-1]}
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
    told(mutated(workflow, here, dice), mutated(workflow, there, dice))


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
