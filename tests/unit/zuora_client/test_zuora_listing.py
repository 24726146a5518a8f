"""Workflows as the list tells them."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pressroom_zuora_sync.zuora.answers import Understood, opened
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.listing import Listed, read_date, read_page, read_workflow
from pressroom_zuora_sync.zuora.records import ListedWorkflow

ITEM: dict[str, Any] = {
    "id": 17,
    "name": "Billing",
    "description": None,
    "status": "Active",
    "active_version": {"id": 91, "version": "0.0.3", "status": "Active", "type": "Workflow::Setup"},
    "latest_inactive_verisons": [{"id": 90, "version": "0.0.2"}],
    "calloutTrigger": True,
    "ondemandTrigger": False,
    "scheduledTrigger": True,
    "interval": "0 5 * * *",
    "timezone": "UTC",
    "createdAt": "2024-03-01 10:00:00",
    "updatedAt": "2024-03-02T10:00:00.000+01:00",
}


def page(body: Any) -> Listed:
    raw = json.dumps(body).encode()
    envelope = opened(raw)
    assert envelope is not None
    return read_page(Understood(raw, envelope))


def test_a_workflow_is_read() -> None:
    assert read_workflow(ITEM) == ListedWorkflow(
        zuora_id=17,
        name="Billing",
        status="Active",
        active_version_id=91,
        active_version="0.0.3",
        callout_trigger=True,
        scheduled_trigger=True,
        interval="0 5 * * *",
        timezone="UTC",
        created_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        updated_at=datetime(2024, 3, 2, 9, tzinfo=UTC),
    )


def test_it_comes_out_of_a_checkpoint_as_it_went_in() -> None:
    workflow = read_workflow(ITEM)
    again = msgspec.json.decode(msgspec.json.encode(workflow), type=ListedWorkflow)
    assert again == workflow
    assert again.signature() == workflow.signature()


def test_a_workflow_without_an_active_version_is_a_draft() -> None:
    draft = read_workflow(
        ITEM | {"active_version": None, "latest_inactive_verisons": [{"id": 5}, {"id": 9}, {"id": 7}]}
    )
    assert draft.draft
    assert draft.draft_version_id == 9
    assert not read_workflow(ITEM).draft


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-03-01T10:00:00Z", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("2024-03-01T10:00:00.123-08:00", datetime(2024, 3, 1, 18, 0, 0, 123000, tzinfo=UTC)),
        ("2024-03-01 10:00:00", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("2024-03-01 10:00:00 +0200", datetime(2024, 3, 1, 8, tzinfo=UTC)),
        ("2024-03-01 10:00:00 UTC", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+12:00", None),
        (None, None),
        (1709287200, None),
    ],
)
def test_dates_come_in_several_forms(text: object, date: datetime | None) -> None:
    assert read_date(text) == date


@pytest.mark.parametrize(
    "change",
    [
        {"active_version": {"id": 92, "version": "0.0.3"}},
        {"active_version": {"id": 91, "version": "0.0.4"}},
        {"active_version": None},
        {"updatedAt": "2024-03-02T10:00:01.000+01:00"},
        {"status": "Inactive"},
        {"calloutTrigger": False},
        {"ondemandTrigger": True},
        {"scheduledTrigger": False},
        {"interval": "0 6 * * *"},
        {"timezone": "CET"},
    ],
)
def test_the_signature_changes_with_what_makes_an_export_needed(change: dict[str, Any]) -> None:
    assert read_workflow(ITEM | change).signature() != read_workflow(ITEM).signature()


@pytest.mark.parametrize(
    "change",
    [{"updatedAt": "2024-03-02 09:00:00"}, {"updatedAt": "2024-03-02T09:00:00Z"}, {"name": "x"}, {"unknown": 1}],
)
def test_the_signature_stays_where_nothing_of_that_changed(change: dict[str, Any]) -> None:
    assert read_workflow(ITEM | change).signature() == read_workflow(ITEM).signature()


def test_nul_is_taken_out_and_numbers_may_be_texts() -> None:
    workflow = read_workflow(
        ITEM | {"id": "17", "name": "a\u0000b", "active_version": {"id": "91", "version": 3}, "calloutTrigger": "true"}
    )
    assert (workflow.zuora_id, workflow.name, workflow.active_version, workflow.callout_trigger) == (
        17,
        "ab",
        "3",
        True,
    )


def test_no_secret_of_a_name_or_a_description_enters() -> None:
    workflow = read_workflow(ITEM | {"name": "Bearer CANARY", "description": "curl -u me:CANARY https://a.com"})
    assert "CANARY" not in repr(workflow)
    assert workflow.name == "Bearer [redacted]"


@pytest.mark.parametrize("item", [None, [], "x", {}, {"id": None}, {"id": True}, {"id": 1.5}, {"id": 0}, {"id": 2**63}])
def test_a_workflow_that_cannot_be_read_is_never_left_out_silently(item: Any) -> None:
    with pytest.raises(ZuoraError) as malformed:
        page({"data": [ITEM, item], "pagination": {"next_page": None}})
    assert malformed.value.code == "malformed"


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}, {"data": "x"}])
def test_an_answer_without_a_list_is_no_empty_list(body: Any) -> None:
    with pytest.raises(ZuoraError):
        page(body)


@pytest.mark.parametrize(
    ("items", "pagination", "last"),
    [
        (50, {"next_page": "https://evil.example/?page=2"}, False),
        (50, {"next_page": None}, True),
        (50, {"next_page": ""}, True),
        (50, {}, False),
        (50, None, False),
        (3, {"next_page": "x"}, False),
        (3, {}, True),
        (3, None, True),
        (0, {"next_page": "x"}, False),
        (0, {"next_page": None}, True),
    ],
)
def test_a_page_says_whether_one_comes_after_it(items: int, pagination: Any, last: bool) -> None:
    listed = page({"data": [ITEM | {"id": number + 1} for number in range(items)], "pagination": pagination})
    assert len(listed.items) == items
    assert listed.last is last
