"""What answers mean."""

import json
from typing import Any

import pytest

from pressroom_zuora_sync.zuora import answers
from pressroom_zuora_sync.zuora.answers import UNCLEAR, Said, meaning, opened, refusal, said
from pressroom_zuora_sync.zuora.ports import Operation

SILENT = Said("", "")


@pytest.mark.parametrize(
    ("operation", "status", "code", "sort"),
    [
        ("list", 200, None, None),
        ("list", 401, "bad_credentials", "configuration"),
        ("token", 400, "bad_credentials", "configuration"),
        ("token", 401, "bad_credentials", "configuration"),
        ("token", 403, "bad_credentials", "configuration"),
        ("token", 404, "refused", "permanent"),
        ("token", 429, "rate_limited", "transient"),
        ("list", 403, "listing_forbidden", "configuration"),
        ("workflow", 403, "workflow_forbidden", "configuration"),
        ("workflow", 404, "workflow_missing", "permanent"),
        ("export", 403, "export_forbidden", "configuration"),
        ("export", 404, "export_missing", "permanent"),
        ("export", 400, "refused", "permanent"),
        ("list", 404, "refused", "permanent"),
        ("list", UNCLEAR, "unsuccessful", "transient"),
        ("list", 302, "redirected", "configuration"),
        ("list", 408, "unavailable", "transient"),
        ("list", 429, "rate_limited", "transient"),
        ("export", 500, "unavailable", "transient"),
        ("export", 502, "unavailable", "transient"),
        ("list", 503, "unavailable", "transient"),
    ],
)
def test_each_status_has_its_meaning(operation: Operation, status: int, code: str | None, sort: str | None) -> None:
    error = refusal(operation, status, SILENT, None)
    assert (error.code if error else None, error.sort if error else None) == (code, sort)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (53100040, 404),
        ("53100010", 403),
        (90000011, 401),
        (50000061, 503),
        (58730070, 429),
        (58730020, UNCLEAR),
        (None, UNCLEAR),
        ("?", UNCLEAR),
    ],
)
def test_a_refusal_in_an_answer_of_status_200_means_what_its_category_says(code: Any, status: int) -> None:
    body = json.dumps({"success": False, "processId": "1", "reasons": [{"code": code, "message": "No."}]}).encode()
    assert meaning(200, opened(body)) == status


@pytest.mark.parametrize("body", [b'{"success": true}', b'{"data": []}', b'{"success": null}', b'{"success": [0]}'])
def test_nothing_is_refused_where_success_is_not_false(body: bytes) -> None:
    assert meaning(200, opened(body)) == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Unauthorized"}, ("", "Unauthorized")),
        ({"code": "forbidden", "message": "No right"}, ("forbidden", "No right")),
        ({"errors": [{"code": "7", "status": "404", "title": "Gone"}]}, ("7", "Gone")),
        ({"success": False, "reasons": [{"code": 5, "message": "m"}]}, ("5", "m")),
        ({"reason": "Authentication error", "message": "Invalid client"}, ("Authentication error", "Invalid client")),
        ({"errors": [], "reasons": "x", "message": {"a": 1}}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_zuoras_words_are_found_in_all_their_forms(body: dict[str, Any], words: tuple[str, str]) -> None:
    assert said(opened(json.dumps(body).encode()), ()) == words


def test_zuoras_words_hold_no_secrets_are_short_and_one_line() -> None:
    message = "bad s3cret\n\x1b[31m for tok-1, Authorization: Bearer abc.def and basic eHg6eQ== " + "x" * 1000
    words = said(opened(json.dumps({"code": "s3cret", "message": message}).encode()), ("s3cret", "tok-1", ""))
    assert words.code == "***"
    assert len(words.message) == 200
    assert words.message.startswith("bad *** [31m for ***, Authorization: Bearer *** and basic *** xxx")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'"x"',
        b'{"workflow": {}, "tasks": [1, 2',
        b'{"workflow": {}} {}',
        b'{"a": "\xff"',
        b"[" * 100_000,
        b'{"tasks": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_whole_json_object_is_not_opened(body: bytes) -> None:
    assert opened(body) is None


def test_every_cut_of_an_export_is_noticed() -> None:
    whole = json.dumps({"workflow": {"id": 1, "n": None}, "tasks": [{"a": [1.5e3, True, "\u0000x"]}]}).encode()
    assert opened(whole) is not None
    assert all(opened(whole[:length]) is None for length in range(len(whole)))


def test_huge_words_are_not_read() -> None:
    body = json.dumps({"errors": [{"code": "1", "title": "x" * 100_000}], "message": "short"}).encode()
    assert said(opened(body), ()) == ("", "short")


def test_an_export_is_told_by_its_workflow() -> None:
    for body, has in ((b'{"workflow": {}}', True), (b'{"workflow": null}', False), (b"{}", False)):
        envelope = opened(body)
        assert envelope is not None
        assert answers.Understood(body, envelope).has_workflow is has
