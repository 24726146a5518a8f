"""Identifiers. Jobs and rows are UUIDv7 (RFC 9562, 5.7): they sort by time, so that indexes grow at one end."""

import os
import time
from datetime import datetime
from uuid import UUID, uuid5

EVENTS = UUID("6f4b7a5e-6c1c-5d0e-9d5e-6a1d6f0b7c11")
"""Namespace of event ids."""


def uuid7() -> UUID:
    """A new id: 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def first_uuid7(at: datetime) -> UUID:
    """Not above any id that is made from that millisecond on, and above all that were made before."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def snapshot_id(job_id: UUID, attempt: int, n: int) -> UUID:
    """The same change of a run has the same event id, however often it is told."""
    return uuid5(EVENTS, f"{job_id}:{attempt}:{n}")
