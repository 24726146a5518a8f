"""What goes into the client of Zuora's API, and what comes out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct
from pydantic import SecretStr

MOST_CONCURRENT = 40
"""Calls at once that Zuora allows a tenant."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Of one environment of a customer."""

    environment_id: UUID
    tenant_id: UUID
    customer: str
    """Its name, for log lines."""
    environment: str = ""
    """Its name, for log lines."""
    base_url: str
    client_id: str
    secret: SecretStr
    entity_id: str | None = None
    epoch: int = 1
    """Of the environment: another one may be of another account."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds, bytes and counts; the same for all environments of a process."""

    concurrency: int = 8
    """Calls at once to begin with, per base URL and client id."""
    most: int = 8
    """Calls at once that this may grow to while Zuora does not push back: at most 40."""
    deadline: float = 120.0
    """Of one call, with its whole body."""
    silence: float = 30.0
    """Without a byte of an answer: the connection is given up."""
    connecting: float = 10.0
    tries: int = 4
    """Of one call, where it fails for the time being."""
    rate_limited_tries: int = 6
    """Of one call, where Zuora says "not now": those do not count against `tries`."""
    shortest_wait: float = 1.0
    """After a 429, also where Zuora says 0: whoever comes back at once is refused again."""
    longest_wait: float = 60.0
    """Of a call, or of an account's calls. Where Zuora asks for more, the call fails and says for how much."""
    check_seconds: float = 25.0
    """For a whole check of credentials."""
    most_bytes: int = 64 * 1024 * 1024
    """Of one answer, decompressed."""
    body_bytes: int = 256 * 1024 * 1024
    """Of all answers of more than 256 KB that are read, or kept, at once in a process, decompressed: half for those of
    more than 4 MB, two of the largest."""
    most_pages: int = 4_000
    """A list that is longer is taken for one that never ends."""
    origins: frozenset[str] = frozenset()
    """Allowed beside Zuora's own hosts: `http://127.0.0.1:1234`."""

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= MOST_CONCURRENT or not 1 <= self.most <= MOST_CONCURRENT:
            raise ValueError(f"Zuora allows at most {MOST_CONCURRENT} calls at once: choose 1 to {MOST_CONCURRENT}.")


class ListedWorkflow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A workflow as the list tells it; as JSON, an item of a checkpoint. Texts have no NUL, dates are UTC."""

    zuora_id: int
    name: str = ""
    description: str = ""
    status: str = ""
    active_version_id: int | None = None
    active_version: str | None = None
    """None: no version is active. Export `latest`, and mark it as a draft."""
    draft_version_id: int | None = None
    """The newest inactive version, where none is active."""
    callout_trigger: bool = False
    ondemand_trigger: bool = False
    scheduled_trigger: bool = False
    interval: str | None = None
    timezone: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def draft(self) -> bool:
        """No version is active."""
        return self.active_version_id is None and self.active_version is None

    def signature(self) -> bytes:
        """SHA-256 of what makes an export needed when it changes; the same instant in another form changes nothing."""
        updated = self.updated_at.astimezone(UTC).isoformat() if self.updated_at else None
        said = (
            (self.active_version_id, self.active_version, self.draft_version_id, updated, self.status),
            (self.callout_trigger, self.ondemand_trigger, self.scheduled_trigger, self.interval, self.timezone),
        )
        return sha256(msgspec.json.encode(said)).digest()


class Page(Struct, frozen=True, kw_only=True):
    """Of the list. The same workflow can stand on two pages, or on none, when others come and go meanwhile: what is
    absent from all pages is *missing*, not deleted, and `Zuora.workflow` knows more."""

    number: int
    """From 1."""
    items: tuple[ListedWorkflow, ...]
    last: bool
    """The list is complete: no page failed, and none was left out, from the one that was asked for first."""


class Exported(Struct, frozen=True):
    """A JSON object with a `workflow`, byte by byte as Zuora sent it (decompressed). It holds secrets."""

    raw: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.raw)

    def __repr__(self) -> str:
        return f"Exported({self.size} bytes)"
