"""What is read of a dead letter."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Raw

from pressroom_common import topology
from pressroom_common.contracts import RunJob, encode
from pressroom_gateway.parking.http import readable
from pressroom_gateway.parking.message import (
    LARGEST,
    Content,
    Death,
    command_in,
    content_of,
    death_of,
    identity,
    new_message,
    was_command,
)

JOB, TENANT = UUID(int=1), UUID(int=2)
TIME = datetime(2026, 1, 1, tzinfo=UTC)
X_DEATH: dict[str, Any] = {
    "reason": "delivery_limit",
    "queue": "generator.low",
    "exchange": "pressroom.commands",
    "count": 1,
    "routing-keys": ["generator.low"],
    "time": TIME,
}
DEATH = Death(
    reason="delivery_limit",
    queue="generator.low",
    exchange="pressroom.commands",
    routing_key="generator.low",
    count=1,
    time=TIME,
)


def test_the_latest_death_says_why_and_from_where() -> None:
    earlier = X_DEATH | {"reason": "rejected", "queue": "generator.high"}
    assert death_of({"x-death": [X_DEATH, earlier]}) == DEATH


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-death": []}, {"x-death": "rejected"}, {"x-death": [{"reason": "rejected"}]}, {"x-death": [b"\xff"]}],
    ids=str,
)
def test_a_header_that_is_not_the_brokers_says_nothing(headers: dict[str, Any]) -> None:
    assert death_of(headers) == Death()


@pytest.mark.parametrize(
    ("reason", "known"), [("rejected", "rejected"), ("expired", "expired"), ("maxlen", "unknown"), ("", "unknown")]
)
def test_reasons_are_few(reason: str, known: str) -> None:
    assert death_of({"x-death": [X_DEATH | {"reason": reason}]}).reason == known


def test_names_can_be_stored() -> None:
    odd = death_of({"x-death": [X_DEATH | {"queue": "a\0b" * 200, "routing-keys": []}]})
    assert (odd.queue, odd.routing_key) == (("ab" * 200)[:255], "")


SAME = [
    (b"body", DEATH, "m", b"body", DEATH, "m"),
    (b"body", DEATH, "m", b"body", msgspec.structs.replace(DEATH, time=None), "m"),  # dead-lettered twice
    (b"body", DEATH, "", b"body", DEATH, ""),
]
OTHER = [
    (b"body", DEATH, "m", b"body!", DEATH, "m"),
    (b"body", DEATH, "m", b"body", DEATH, "n"),
    (b"body", DEATH, "m", b"body", msgspec.structs.replace(DEATH, count=2), "m"),  # put back by hand
    (b"body", DEATH, "m", b"body", msgspec.structs.replace(DEATH, queue="generator.high"), "m"),
    (b"body", DEATH, "m", b"body", msgspec.structs.replace(DEATH, reason="rejected"), "m"),
    (b"body", DEATH, "", b"body", msgspec.structs.replace(DEATH, time=None), ""),
]


@pytest.mark.parametrize(("pair", "same"), [(pair, True) for pair in SAME] + [(pair, False) for pair in OTHER])
def test_one_death_of_one_message_has_one_identity(pair: tuple[Any, ...], same: bool) -> None:
    assert (identity(*pair[:3]) == identity(*pair[3:])) is same


def test_the_count_of_deliveries_changes_no_identity() -> None:
    """The park queue counts its own: a restart of the gateway would make a second row."""
    first, again = (new_message(b"body", {"x-death": [X_DEATH]} | more, "m") for more in ({}, {"x-delivery-count": 1}))
    assert first.identity == again.identity


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"", Content()),
        (b"\xff\xfe", Content()),
        (b"[1]", Content()),
        (b"[" * 100_000, Content()),
        (b'{"type": 7}', Content()),
        (b'{"type": "\xff"}', Content()),
        (b'{"type": "a\\u0000b"}', Content(type="ab")),
        (b'{"type": "job.run.v9", "job_id": "no id"}', Content(type="job.run.v9")),
        (b'{"job_id": "%b", "tenant_id": null}' % str(JOB).encode(), Content(job_id=JOB)),
        (b'{"tenant_id": "%b", "job_id": 5}' % str(TENANT).encode(), Content(tenant_id=TENANT)),
    ],
)
def test_what_can_be_read_is_read(body: bytes, content: Content) -> None:
    assert content_of(body) == content


def test_a_command_is_known_by_its_body_and_its_place() -> None:
    command = RunJob(
        id=UUID(int=3),
        source="gateway-1",
        time=TIME,
        tenant_id=TENANT,
        job_id=JOB,
        kind="generation.prompt",
        attempt=1,
        dispatch=1,
        input=Raw(b"{}"),
        not_after=TIME,
    )
    assert command_in(encode(command)) == command
    assert content_of(encode(command)) == Content(type="job.run.v1", job_id=JOB, tenant_id=TENANT)
    assert command_in(b'{"type": "job.cancel.v1"}') is None
    assert was_command(topology.COMMANDS, "generator.high")
    assert not was_command(topology.COMMANDS, "generator.cancellations")
    assert not was_command(topology.EVENTS, "generator.high")


def test_headers_of_every_kind_become_json() -> None:
    headers = {"time": TIME, "bytes": b"\xff", "nothing": None, "table": {"x": [1, True]}, "odd": complex(1, 2)}
    assert msgspec.json.decode(new_message(b"", headers, "").headers) == {
        "time": "2026-01-01T00:00:00Z",
        "bytes": "/w==",
        "nothing": None,
        "table": {"x": [1, True]},
        "odd": "(1+2j)",
    }


@pytest.mark.parametrize(("size", "cut"), [(0, False), (LARGEST, False), (LARGEST + 1, True)])
def test_a_body_is_kept_up_to_a_megabyte(size: int, cut: bool) -> None:
    message = new_message(b"x" * size, {}, "")
    assert (message.size, message.cut, len(message.body)) == (size, cut, min(size, LARGEST))


@pytest.mark.parametrize(
    ("body", "cut", "shown"),
    [
        (b"", False, ("", "utf-8")),
        ("ü\0".encode(), False, ("ü\0", "utf-8")),
        ("ü".encode()[:1], True, ("", "utf-8")),
        ("ü".encode()[:1], False, ("ww==", "base64")),
        (b"\xff", True, ("/w==", "base64")),
    ],
)
def test_a_body_is_shown_as_text_where_it_is_text(body: bytes, cut: bool, shown: tuple[str, str]) -> None:
    assert readable(body, cut=cut) == shown
