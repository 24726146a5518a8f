"""What an export has to be to be taken, what of it is borne, and what rows are made of it."""

import msgspec
import pytest

from pressroom_zuora_sync.exports import Malformed, canonical_hash, linkages_of, parsed, redacted, tasks_of
from unit.zuora_exports.specimens import export, link, raw, start, task

DEEP = b'{"workflow": {}, "linkages": [], "tasks": ' + b"[" * 200 + b"]" * 200 + b"}"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "not JSON"),
        (b"<html>502</html>", "not JSON"),
        (raw([task(1, "A")], [])[:-9], "not JSON"),
        (b'{"name": "\xff"}', "not JSON"),
        (b'{"name": "\\ud800"}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"tasks": [], "linkages": []}', "no workflow"),
        (b'{"workflow": {}, "linkages": []}', "no list of tasks"),
        (b'{"workflow": {}, "tasks": null, "linkages": []}', "no list of tasks"),
        (b'{"workflow": {}, "tasks": {"id": 1}, "linkages": []}', "no list of tasks"),
        (b'{"workflow": {}, "tasks": [1], "linkages": []}', "not an object"),
        (b'{"workflow": {}, "tasks": [{"name": "A"}], "linkages": []}', "without an id"),
        (b'{"workflow": {}, "tasks": [{"id": true}], "linkages": []}', "without an id"),
        (b'{"workflow": {}, "tasks": [{"id": 9223372036854775808}], "linkages": []}', "without an id"),
        (b'{"workflow": {}, "tasks": [{"id": 1}]}', "no list of linkages"),
        (b'{"workflow": {}, "tasks": [{"id": 1}], "linkages": null}', "no list of linkages"),
        (DEEP, "100 levels"),
    ],
)
def test_an_answer_that_lost_a_part_is_malformed(sent: bytes, says: str):
    with pytest.raises(Malformed, match=says):
        parsed(sent)


def test_a_workflow_without_tasks_is_sound_when_it_says_so():
    assert parsed(b'{"workflow": {}, "tasks": []}').tasks == ()


def test_of_a_task_that_is_there_twice_the_last_counts_and_it_is_told():
    found = export([task(7, "Old"), task(8, "Other"), task(7, "New")], [start(7)])
    assert [row.name for row in tasks_of(found)] == ["New", "Other"]
    assert found.faults == ("task 7 is there more than once: the last one counts",)


def test_ids_as_text_are_ids():
    found = parsed(
        b'{"workflow": {}, "tasks": [{"id": "12"}], "linkages": [{"source_task_id": null, "target_task_id": "12"}]}'
    )
    assert [row.zuora_task_id for row in tasks_of(found)] == [12]
    assert linkages_of(found)[0].target_task_id == 12


def test_the_hash_is_of_what_it_says_and_not_of_how():
    one = parsed(b'{"workflow":{"id":1,"name":"A"},"tasks":[],"linkages":[]}')
    other = parsed(b'{ "linkages": [], "tasks": [], "workflow": {"name": "\\u0041", "id": 1} }')
    assert canonical_hash(one) == canonical_hash(other)
    assert len(canonical_hash(one)) == 32


def test_a_changed_secret_changes_the_hash():
    before = export([task(1, "A", parameters={"password": "x"})], [])
    after = export([task(1, "A", parameters={"password": "y"})], [])
    assert canonical_hash(before) != canonical_hash(after)
    assert redacted(before) == redacted(after)


def test_rows_carry_columns_and_the_redacted_task():
    call = task(
        5,
        "Call\u0000 bank",
        call_type="REST",
        object="Account",
        object_id="Id",
        parameters={
            "headers": [{"key": "Authorization", "value": "Basic x"}],
            "url": "https://u:p@API.bank.com:8443/v1",
        },
        unknown={"kept": [1]},
    )
    found = export([call], [start(5)])
    row = tasks_of(found)[0]
    assert (row.zuora_task_id, row.name, row.action_type) == (5, "Call bank", "Callout")
    assert (row.call_type, row.object, row.object_id, row.host) == ("REST", "Account", "Id", "api.bank.com")
    details = redacted(found)["tasks"][row.place - 1]
    assert details["parameters"]["headers"] == [{"key": "Authorization", "value": "[redacted]"}]
    assert details["unknown"] == {"kept": [1]}


def test_columns_are_cut_to_what_postgresql_can_index():
    found = export([task(1, "n" * 3_000_000, "t" * 9000, object="o" * 9000)], [])
    row = tasks_of(found)[0]
    assert (len(row.name), len(row.action_type), len(row.object or "")) == (1000, 200, 200)
    assert len(redacted(found)["tasks"][0]["name"]) == 3_000_000


def test_linkages_keep_their_order_and_a_start_has_no_source():
    rows = linkages_of(export([task(1, "A"), task(2, "B")], [start(1), link(1, 2, "Failure")]))
    assert [(row.position, row.linkage_type) for row in rows] == [(0, "Start"), (1, "Failure")]
    assert (rows[0].source_task_id, rows[0].source_workflow_id, rows[0].target_task_id) == (None, 1, 1)
    assert (rows[1].source_task_id, rows[1].source_workflow_id, rows[1].target_task_id) == (1, None, 2)


@pytest.mark.parametrize(
    ("parameters", "host"),
    [
        ({}, None),
        (None, None),
        ({"url": "https://Example.COM/x"}, "example.com"),
        ({"text": "https://a.com", "callout": {"url": "http://b.com:81"}}, "b.com"),
        ({"items": [{"text": "https://a.com"}]}, "a.com"),
        ({"url": "{{ Data.host }}/x"}, None),
        ({"url": "https://{{ Data.host }}/x"}, None),
        ({"url": "https://[broken"}, None),
        ({"url": "https://[2001:db8::1]/x"}, "2001:db8::1"),
        ({"text": "see https://a.com"}, None),
    ],
)
def test_the_host_is_that_of_the_endpoint(parameters: object, host: str | None):
    assert tasks_of(export([task(1, "A", parameters=parameters)], []))[0].host == host


def test_rows_can_travel_as_json():
    assert msgspec.json.encode(tasks_of(export([task(1, "A")], [])))


def test_rows_of_a_redacted_copy_are_the_same_rows():
    twice = [task(7, "Old"), task(8, "token=x", parameters={"pin": 5, "n": "a\u0000b"}), task(7, "New")]
    found = export([*twice, {**task(9, "Text"), "id": "9"}], [start(7)])
    shown = redacted(found)
    rows = tasks_of(found, shown)
    assert rows == tasks_of(found)
    assert [row.name for row in rows] == ["New", "token=[redacted]", "Text"]
    assert [shown["tasks"][row.place - 1]["name"] for row in rows] == ["New", "token=[redacted]", "Text"]
