"""A workflow as Zuora has it: its definition, and the versions of what it does."""

import zlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

SHOWN_VERSIONS = 10  # inactive ones that the list shows
KEPT_VERSIONS = 50
QUICKEST = 1  # zlib's level
_GZIP = 31  # zlib's window bits for gzip's own frame
_PACIFIC = timezone(timedelta(hours=-8))


class Version(msgspec.Struct):
    """`packed` is its export, in gzip: thousands of workflows fit into memory, and most clients ask for gzip."""

    id: int
    number: str
    packed: bytes

    @property
    def raw(self) -> bytes:
        """The export as JSON."""
        return zlib.decompress(self.packed, _GZIP)

    @property
    def export(self) -> dict[str, Any]:
        """The export, to be read or to be changed and given to `changed`."""
        found: dict[str, Any] = msgspec.json.decode(self.raw)
        return found

    def changed(self, export: dict[str, Any]) -> "Version":
        """The same version with another content."""
        return Version(self.id, self.number, packed(msgspec.json.encode(export)))


class Workflow(msgspec.Struct, kw_only=True):
    """Times are in UTC. `plain_dates`: they are told as `YYYY-MM-DD HH:MM:SS`, else in ISO 8601. `active` is the
    place of the active version in `versions`, oldest first; None: only drafts."""

    id: int
    name: str
    description: str = ""
    status: str = "Active"
    callout_trigger: bool = False
    ondemand_trigger: bool = True
    scheduled_trigger: bool = False
    interval: str | None = None
    timezone: str | None = None
    created_at: datetime
    updated_at: datetime
    plain_dates: bool = False
    versions: list[Version]
    active: int | None = 0

    @property
    def active_version(self) -> Version | None:
        return None if self.active is None else self.versions[self.active]

    @property
    def shown(self) -> Version:
        """What a client takes as its content: the active version, else the latest."""
        return self.active_version or self.versions[-1]

    def version(self, wanted: str | None) -> Version | None:
        """`latest`, a number, or the active one where none is wanted."""
        if not wanted:
            return self.active_version
        if wanted == "latest":
            return self.versions[-1]
        return next((version for version in self.versions if version.number == wanted), None)

    def date(self, at: datetime) -> str:
        """In one of the forms that are seen."""
        if self.plain_dates:
            return at.strftime("%Y-%m-%d %H:%M:%S")
        return at.astimezone(_PACIFIC if self.id % 4 == 1 else UTC).isoformat(timespec="milliseconds")

    def touch(self) -> None:
        """It was edited: an hour after the last time, so that two runs of a test see the same."""
        self.updated_at += timedelta(hours=1)


def packed(raw: bytes) -> bytes:
    """In gzip; equal bytes become equal bytes."""
    squeezed = zlib.compressobj(QUICKEST, zlib.DEFLATED, _GZIP)
    return squeezed.compress(raw) + squeezed.flush()
