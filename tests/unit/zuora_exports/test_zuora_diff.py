"""What a change from one export to another is told as: by meaning, not by ids."""

from typing import Any

import msgspec
import pytest

from pressroom_zuora_sync.exports import Export, parsed
from pressroom_zuora_sync.exports.lint import faults
from unit.zuora_exports.specimens import Json, export, link, renumbered, start, task, told


def brief(left: Export, right: Export) -> list[tuple[str, str, str]]:
    return [(change.sort, change.change, change.name) for change in told(left, right)]


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


def of_task(before: Json, after: Json) -> list[tuple[str, Any, Any]]:
    """What is told of one task with these parameters."""
    left, right = (export([task(1, "Call", parameters=each)], [start(1)]) for each in (before, after))
    return [(field.path, field.before, field.after) for change in told(left, right) for field in change.fields]


ONE, OTHER = {"key": "A", "value": 1}, {"key": "B", "value": 2}


@pytest.mark.parametrize("holder", ["headers", "polling_headers", "datas"])
def test_the_order_of_headers_and_form_fields_means_nothing(holder: str):
    assert of_task({holder: [ONE, OTHER]}, {holder: [OTHER, ONE]}) == []
    assert of_task({"in": [{holder: [ONE, OTHER]}]}, {"in": [{holder: [OTHER, ONE]}]}) == []


def test_headers_of_one_name_keep_their_order():
    twin = {"key": "A", "value": 2}
    assert of_task({"headers": [ONE, OTHER, twin]}, {"headers": [OTHER, ONE, twin]}) == []
    assert of_task({"headers": [ONE, twin]}, {"headers": [twin, ONE]}) == [
        ("parameters.headers.[A].value", 1, 2),
        ("parameters.headers.[A]#2.value", 2, 1),
    ]


def test_the_order_of_tags_means_nothing_and_one_that_comes_is_told_by_its_name():
    left = export([task(1, "Call", tags=["a", "b"])], [start(1)])
    assert told(left, export([task(1, "Call", tags=["b", "a"])], [start(1)])) == []
    (change,) = told(left, export([task(1, "Call", tags=["c", "a", "b"])], [start(1)]))
    assert [(field.path, field.before, field.after) for field in change.fields] == [("tags.[c]", None, "c")]


@pytest.mark.parametrize("naming", ["key", "name", "field"])
@pytest.mark.parametrize("holder", ["conditions", "order_by", "steps", "fields"])
def test_another_order_of_a_named_list_is_told_as_one_change(holder: str, naming: str):
    one, other = {naming: "DE", "rule": "a > 1"}, {naming: "FR", "rule": "a > 0"}
    assert of_task({holder: [one, other]}, {holder: [other, one]}) == [
        (f"parameters.{holder}.order", ["DE", "FR"], ["FR", "DE"])
    ]


def test_what_comes_into_a_named_list_and_its_new_order_are_told_apart():
    one, other, new = ({"name": name} for name in ("DE", "FR", "IT"))
    assert of_task({"steps": [one, other]}, {"steps": [new, one, other]}) == [("parameters.steps.[IT]", None, new)]
    assert of_task({"steps": [one, other]}, {"steps": [other, new, one]}) == [
        ("parameters.steps.[IT]", None, new),
        ("parameters.steps.order", ["DE", "FR"], ["FR", "DE"]),
    ]


def test_another_order_of_a_list_without_names_is_told_as_such():
    assert of_task({"items": ["a", "b"]}, {"items": ["b", "a"]}) == [("parameters.items.order", ["a", "b"], ["b", "a"])]
    assert of_task({"headers": ["a", "b"]}, {"headers": ["b", "a"]})


def test_no_secret_is_in_the_names_of_a_new_order():
    items = [{"name": f"token=CANARY{number}"} for number in (1, 2)]
    ((path, before, after),) = of_task({"steps": items}, {"steps": items[::-1]})
    assert (path, before, after) == ("parameters.steps.order", "[redacted]", "[redacted]")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"assignment": [{"user": {"id": 5}}]}, {"assignment": [{"user": {"id": 6}}]}),
        ({"data": {"version": "1"}}, {"data": {"version": "2"}}),
        ({"retry": {"run_time": 1}}, {"retry": {"run_time": 2}}),
    ],
)
def test_an_id_or_a_version_that_is_not_the_tasks_own_counts(before: Json, after: Json):
    assert told(export([task(1, "Call", **before)], [start(1)]), export([task(1, "Call", **after)], [start(1)]))
    assert told(export([], [], **before), export([], [], **after))


OWN = ["id", "task_id", "original_task_id", "workflow_id", "original_workflow_id", "version", "process_id"]


@pytest.mark.parametrize("field", [*OWN, "css", "created_at", "updated_by"])
def test_what_an_import_gives_anew_means_nothing(field: str):
    left, right = ({**task(1, "Call"), field: number} for number in (1, 2))
    assert told(export([left], [start(left["id"])]), export([right], [start(right["id"])])) == []
    if field not in ("task_id", "original_task_id"):
        assert told(export([], [], **{field: 1}), export([], [], **{field: 2})) == []


def test_another_field_of_a_linkage_is_told():
    left, right = (export(CHAIN[0], [start(1), {**link(1, 2), "condition": value}]) for value in ("x > 1", "x > 2"))
    (change,) = told(left, right)
    assert (change.sort, change.change, change.name) == ("linkage", "changed", "Query → Call")
    assert [(field.path, field.before, field.after) for field in change.fields] == [("condition", "x > 1", "x > 2")]
    same = export(CHAIN[0], [start(1), {**link(1, 2), "condition": "x > 1", "id": 7, "created_at": "2026"}])
    assert told(left, same) == []


def test_another_field_of_the_export_is_told():
    left, right = (
        parsed(msgspec.json.encode({"workflow": {"name": "W"}, "tasks": [], "linkages": [], "settings": {"a": number}}))
        for number in (1, 2)
    )
    (change,) = told(left, right)
    assert (change.sort, change.name) == ("workflow", "W")
    assert [(field.path, field.before, field.after) for field in change.fields] == [("export.settings.a", 1, 2)]


def test_no_secret_is_in_another_field_of_a_linkage_or_of_the_export():
    def of(number: int) -> Export:
        linkage = {**link(1, 2), "password": f"CANARY{number}"}
        document = {"workflow": {}, "tasks": CHAIN[0], "linkages": [linkage], "secret": f"CANARY{number}"}
        return parsed(msgspec.json.encode(document))

    changes = told(of(1), of(2))
    assert {change.sort for change in changes} == {"linkage", "workflow"}
    assert "CANARY" not in "".join(change.model_dump_json() for change in changes)


@pytest.mark.parametrize(("before", "after"), [(1, 1.0), (1, True), (0, False)])
def test_what_python_takes_for_equal_is_shown(before: Any, after: Any):
    assert of_task({"x": before}, {"x": after}) == [("parameters.x", before, after)]
    assert type(of_task({"x": before}, {"x": after})[0][2]) is type(after)


def test_null_and_nothing_are_told_apart():
    assert of_task({}, {"x": None}) == [("parameters.x", None, "null")]
    assert of_task({"x": None}, {}) == [("parameters.x", "null", None)]


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
    assert (len(change.fields), change.truncated) == (200, True)
    assert len(change.model_dump_json()) < 50_000


def test_as_many_fields_as_are_told_are_all():
    left, right = ({str(n): seed for n in range(200)} for seed in "xy")
    (change,) = told(export([task(1, "Call", parameters=left)], []), export([task(1, "Call", parameters=right)], []))
    assert (len(change.fields), change.truncated) == (200, False)


def test_keys_and_paths_are_cut_with_a_mark():
    long = "K" * 3_000

    def deep(value: int) -> Json:
        found: Json = {f"{n}{long}": value for n in range(200)}
        for _ in range(10):
            found = {long: found}
        return found

    told_fields = of_task(deep(1), deep(2))
    assert len(told_fields) == 200
    assert all(len(path) <= 501 and "…" in path for path, *_ in told_fields)
    ((path, *_),) = of_task({long: 1}, {long: 2})
    assert path == f"parameters.{'K' * 100}…"


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
