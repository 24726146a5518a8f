"""Parked messages, as super-admins meet them."""

import base64
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from integration.delivery.processes import eventually
from integration.gateway.clients import Clients, Tenant
from integration.shadow import Shadow
from pressroom_common import topology
from pressroom_common.contracts import lane_queue
from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_gateway.migrations import SCHEMA
from pressroom_gateway.parking.message import LARGEST, new_message
from pressroom_gateway.parking.repository import PostgresMessages
from pressroom_gateway.settings import Settings

PATH = "/v1/admin/parked"
LANE = lane_queue("generator", "low")
COMMAND = (topology.COMMANDS, LANE)
EVENT = (topology.EVENTS, topology.MEASURES_KEY)


@pytest.fixture
async def shadow(clients: Clients, gateway_settings: Settings) -> AsyncIterator[Shadow]:
    async with Shadow(gateway_settings.amqp_url.get_secret_value(), COMMAND, EVENT) as made:
        yield made


@pytest.fixture
async def database(gateway_settings: Settings) -> AsyncIterator[Database]:
    opened = Database(gateway_settings, SCHEMA.name)
    yield opened
    await opened.close()


async def listed(clients: Clients, queue: str, **query: Any) -> list[dict[str, Any]]:
    answer = await clients.admin.get(PATH, queue=queue, **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def parked(clients: Clients, queue: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait for so many rows; newest first."""

    async def are_listed() -> bool:
        return len(await listed(clients, queue)) >= count

    await eventually(are_listed, f"{count} are parked", 30)
    found = await listed(clients, queue)
    assert len(found) == count
    return found


async def test_an_undecodable_command_is_shown_with_where_it_was_and_what_can_be_read(
    clients: Clients, shadow: Shadow
) -> None:
    job_id = uuid7()
    body = f'{{"type": "job.run.v9", "job_id": "{job_id}", "tenant_id": 7, "input": "grüner Tee"}}'
    await shadow.park(*COMMAND, body.encode())
    [row] = await parked(clients, shadow.name)
    assert (row["status"], row["reason"], row["queue"]) == ("parked", "rejected", shadow.name)
    assert (row["exchange"], row["routing_key"]) == COMMAND
    assert (row["type"], row["job_id"], row["tenant_id"]) == ("job.run.v9", str(job_id), None)
    assert (row["size"], row["cut"], row["settled_by"]) == (len(body.encode()), False, None)
    assert "body" not in row

    answer = await clients.admin.get(f"{PATH}/{row['id']}")
    shown = answer.json()
    assert (shown["body"], shown["encoding"]) == (body, "utf-8")
    assert shown["headers"]["x-death"][0]["routing-keys"] == [LANE]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_that_is_no_text_is_shown_in_base64(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, b"\xff\xfe\0")
    [row] = await parked(clients, shadow.name)
    shown = (await clients.admin.get(f"{PATH}/{row['id']}")).json()
    assert (base64.b64decode(shown["body"]), shown["encoding"]) == (b"\xff\xfe\0", "base64")
    assert shown["type"] == ""


async def test_what_is_larger_than_a_megabyte_is_kept_cut_and_not_replayed(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, ("x" + "ü" * LARGEST).encode())  # the cut goes through a character
    [row] = await parked(clients, shadow.name)
    assert (row["size"], row["cut"]) == (2 * LARGEST + 1, True)
    shown = (await clients.admin.get(f"{PATH}/{row['id']}")).json()
    assert (shown["body"], shown["encoding"]) == ("x" + "ü" * (LARGEST // 2 - 1), "utf-8")
    answer = await clients.admin.post(f"{PATH}/{row['id']}/replay", None)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_message_that_is_delivered_twice_is_one_row(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, b"the same", "message-1")
    await parked(clients, shadow.name)
    await shadow.park(*EVENT, b"the same", "message-1")  # as the broker does where it dead-letters at least once
    await shadow.park(*EVENT, b"another", "message-1")
    await shadow.park(*EVENT, b"the same", "message-2")
    rows = await parked(clients, shadow.name, 3)
    assert [row["size"] for row in rows] == [8, 7, 8]


async def test_the_same_dead_letter_is_added_once(database: Database) -> None:
    messages = PostgresMessages(database)
    message = new_message(b"body \0", {"x-death": "\0 not as the broker writes it"}, secrets.token_hex())
    again = new_message(b"body \0", {"x-delivery-count": 3}, secrets.token_hex())
    assert [await messages.add(each) for each in (message, message, again)] == [True, False, True]


async def test_an_event_is_replayed_once_to_where_it_came_from(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, b"an event")
    [row] = await parked(clients, shadow.name)
    replayed = await clients.admin.post(f"{PATH}/{row['id']}/replay", None)
    assert replayed.status_code == 200, replayed.text
    assert (replayed.json()["status"], replayed.json()["settled_by"]) == ("replayed", "key:owner")
    assert replayed.json()["settled_at"] is not None

    copy = await shadow.next()
    await copy.ack()
    assert (copy.exchange, copy.routing_key, copy.body) == (*EVENT, b"an event")

    for action in ("replay", "drop"):
        again = await clients.admin.post(f"{PATH}/{row['id']}/{action}", None)
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        assert "replayed by key:owner" in again.json()["detail"]


async def test_what_is_replayed_and_parked_again_is_another_row(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, b"an event", "message-1")
    [row] = await parked(clients, shadow.name)
    await clients.admin.post(f"{PATH}/{row['id']}/replay", None)
    await (await shadow.next()).reject()
    rows = await parked(clients, shadow.name, 2)
    assert [row["status"] for row in rows] == ["parked", "replayed"]


async def test_a_message_is_dropped_once(clients: Clients, shadow: Shadow) -> None:
    await shadow.park(*EVENT, b"an event")
    [row] = await parked(clients, shadow.name)
    dropped = await clients.admin.post(f"{PATH}/{row['id']}/drop", None)
    assert (dropped.status_code, dropped.json()["status"]) == (200, "dropped")
    for action in ("replay", "drop"):
        again = await clients.admin.post(f"{PATH}/{row['id']}/{action}", None)
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert [row["status"] for row in await listed(clients, shadow.name)] == ["dropped"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"no JSON", "Nobody can read"),
        (b'{"job_id": "%b", "tenant_id": "%b"}' % (str(UUID(int=1)).encode(), str(UUID(int=2)).encode()), "ledger"),
    ],
)
async def test_a_command_without_a_job_is_not_replayed(clients: Clients, shadow: Shadow, body: bytes, why: str) -> None:
    await shadow.park(*COMMAND, body)
    [row] = await parked(clients, shadow.name)
    answer = await clients.admin.post(f"{PATH}/{row['id']}/replay", None)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert why in answer.json()["detail"]
    assert [row["status"] for row in await listed(clients, shadow.name)] == ["parked"]


async def test_what_somebody_parked_by_hand_is_kept_and_not_replayed(clients: Clients, shadow: Shadow) -> None:
    body = secrets.token_hex().encode()
    await shadow.publish(topology.PARK, "", body)

    async def is_parked() -> bool:
        return bool(await by_hand(clients, body))

    await eventually(is_parked, "it is parked", 30)
    [row] = await by_hand(clients, body)
    assert (row["reason"], row["exchange"], row["routing_key"]) == ("unknown", "", "")
    assert (await clients.admin.post(f"{PATH}/{row['id']}/replay", None)).status_code == 409


async def by_hand(clients: Clients, body: bytes) -> list[dict[str, Any]]:
    rows = await listed(clients, "")
    shown = [(await clients.admin.get(f"{PATH}/{row['id']}")).json() for row in rows]
    return [each for each in shown if each["body"] == body.decode()]


async def test_thousands_are_paged_newest_first_and_filtered(clients: Clients, database: Database) -> None:
    queue, count = f"crowd.{secrets.token_hex(6)}", 2500
    await database.execute(_CROWD, queue=queue, count=count)
    ids: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while not ids or page["next_cursor"]:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = (await clients.admin.get(PATH, queue=queue, limit=200, **cursor)).json()
        ids += [row["id"] for row in page["items"]]
    assert len(ids) == count
    assert ids == sorted(ids, reverse=True)

    await clients.admin.post(f"{PATH}/{ids[7]}/drop", None)
    assert [row["id"] for row in await listed(clients, queue, status="dropped")] == [ids[7]]
    assert ids[7] not in [row["id"] for row in await listed(clients, queue, status="parked")]


async def test_what_is_old_is_forgotten_a_thousand_at_a_time(database: Database) -> None:
    queue = f"crowd.{secrets.token_hex(6)}"
    await database.execute(_CROWD, queue=queue, count=1001)
    await database.execute(
        text("UPDATE parked SET parked_at = now() - interval '31 days' WHERE queue = :queue"), queue=queue
    )
    messages, month = PostgresMessages(database), 30 * 86_400.0
    waiting = await messages.waiting()
    assert [await messages.forget(month) for _ in range(3)] == [1000, 1, 0]
    assert await messages.waiting() == waiting - 1001


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/{id}"), ("POST", "/{id}/replay"), ("POST", "/{id}/drop")]
)
async def test_only_super_admins_see_what_is_parked(clients: Clients, tenant: Tenant, method: str, path: str) -> None:
    path = f"{PATH}{path.format(id=uuid7())}"
    admin = await tenant.client("tenant-admin")
    assert (await admin.send(method, path)).status_code == 403
    assert (await clients.admin.send(method, path)).status_code == (404 if "-" in path else 200)


_CROWD = text("""
INSERT INTO parked (id, identity, reason, queue, exchange, routing_key, headers, body, size, cut, type)
SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), 'rejected', :queue, '', '', '{}', 'x', 1, false, ''
FROM generate_series(1, CAST(:count AS integer))
""")
