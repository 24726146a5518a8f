"""From a dead letter to the row that is kept of it: pure.

RabbitMQ says in the header `x-death`, the latest death first, why and from where it parked a message
(https://www.rabbitmq.com/docs/dlx).
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from pressroom_common import topology
from pressroom_common.contracts import RunJob, decoder, lane_queue
from pressroom_common.contracts.codec import Decoder
from pressroom_common.errors import Undecodable
from pressroom_common.ids import uuid7

Reason = Literal[
    "rejected",  # nobody could decode it, or a handler refused it: a bug
    "delivery_limit",  # delivered too often without an ack
    "expired",  # its time to live was over
    "unknown",  # somebody else put it there
]
ParkedStatus = Literal["parked", "replayed", "dropped"]

LARGEST = 1_000_000
"""Bytes of a body that are kept."""
_LONGEST = 255
"""Of a name, as in AMQP."""

T = TypeVar("T")


class Death(Struct, frozen=True, kw_only=True):
    """Why, and from where, the broker parked a message."""

    reason: Reason = "unknown"
    queue: str = ""
    exchange: str = ""
    routing_key: str = ""
    count: int = 0
    """How often the message was parked from this queue for this reason."""
    time: datetime | None = None


class Content(Struct, frozen=True, kw_only=True):
    """What a body tells of itself, as far as it can be read."""

    type: str = ""
    job_id: UUID | None = None
    tenant_id: UUID | None = None


class NewMessage(Struct, frozen=True, kw_only=True):
    """A row to be. The same dead letter, delivered again, has the same identity."""

    id: UUID
    identity: bytes
    reason: Reason
    queue: str
    exchange: str
    routing_key: str
    headers: str
    """JSON."""
    body: bytes
    size: int
    """Bytes that the body had."""
    cut: bool
    """Whether they were too many to be kept."""
    type: str
    job_id: UUID | None
    tenant_id: UUID | None


def new_message(body: bytes, headers: Mapping[str, Any], message_id: str) -> NewMessage:
    death, content = death_of(headers), content_of(body)
    return NewMessage(
        id=uuid7(),
        identity=identity(body, death, message_id),
        reason=death.reason,
        queue=death.queue,
        exchange=death.exchange,
        routing_key=death.routing_key,
        headers=msgspec.json.encode(headers, enc_hook=str).decode(),
        body=body[:LARGEST],
        size=len(body),
        cut=len(body) > LARGEST,
        type=content.type,
        job_id=content.job_id,
        tenant_id=content.tenant_id,
    )


def identity(body: bytes, death: Death, message_id: str) -> bytes:
    """Of one death of one message.

    The broker may deliver it twice, and dead-letter it twice, with another time: so the time counts only where the
    publisher gave no id. A message that is put back by hand, and parked again, has another count. The body counts,
    because ids are whatever publishers make of them.
    """
    name = message_id or (death.time.isoformat() if death.time else "")
    facts = [name, death.queue, death.reason, str(death.count), hashlib.sha256(body).hexdigest()]
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


class _XDeath(Struct, rename={"routing_keys": "routing-keys"}):
    reason: str
    queue: str
    exchange: str
    count: int
    routing_keys: list[str]
    time: datetime | None = None


def death_of(headers: Mapping[str, Any]) -> Death:
    """The latest one; unknown where the header is not as the broker writes it."""
    try:
        latest = msgspec.convert(headers.get("x-death"), list[_XDeath])[0]
    except (msgspec.ValidationError, IndexError):
        return Death()
    return Death(
        reason=_REASONS.get(latest.reason, "unknown"),
        queue=_name(latest.queue),
        exchange=_name(latest.exchange),
        routing_key=_name(latest.routing_keys[0]) if latest.routing_keys else "",
        count=latest.count,
        time=latest.time,
    )


_REASONS: dict[str, Reason] = {"rejected": "rejected", "delivery_limit": "delivery_limit", "expired": "expired"}

_fields: Decoder[dict[str, Raw]] = Decoder(dict[str, Raw])
_command = decoder(RunJob)


def content_of(body: bytes) -> Content:
    """Each fact by itself: one that is wrong does not hide the others."""
    try:
        fields = _fields(body)
    except Undecodable:
        return Content()
    return Content(
        type=_name(_read(fields, "type", str) or ""),
        job_id=_read(fields, "job_id", UUID),
        tenant_id=_read(fields, "tenant_id", UUID),
    )


def command_in(body: bytes) -> RunJob | None:
    """The command that the body is, where it is one."""
    with suppress(Undecodable):
        return _command(body)
    return None


def was_command(exchange: str, routing_key: str) -> bool:
    """Whether what came from there was to run a job, readable or not."""
    return exchange == topology.COMMANDS and routing_key in _LANES


_LANES = {lane_queue(service, lane) for service in topology.WORKER_SERVICES for lane in topology.LANES}


def _read(fields: Mapping[str, Raw], name: str, type_: type[T]) -> T | None:
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(fields.get(name, b"null"), type=type_)
    return None


def _name(text: str) -> str:
    """As PostgreSQL can store it."""
    return text.replace("\0", "")[:_LONGEST]
