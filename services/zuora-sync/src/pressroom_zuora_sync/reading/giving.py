"""Exports as Zuora's import takes them, one or many, and pictures."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from uuid import UUID

import msgspec

from pressroom_common.internal_scope import SUPER_ADMIN, Caller
from pressroom_zuora_sync.cursors import decode_cursor, encode_cursor
from pressroom_zuora_sync.exports.graph import graph_of
from pressroom_zuora_sync.exports.parsing import of_redacted
from pressroom_zuora_sync.pictures.drawing import drawn

from . import refusals
from .contents import Contents, Unreadable, most_of
from .outgoing import Outgoing
from .ports import Stored
from .presence import Presence
from .records import Places, StoredVersion, VersionKey
from .splicing import export_of, page_of
from .versions import version_of

_MAY_SEE_SECRETS = frozenset(("tenant-admin", SUPER_ADMIN))


class Giving:
    """Raises Refused, and Unavailable. What is given is counted as memory until `kept` is left."""

    def __init__(self, stored: Stored, contents: Contents, presence: Presence, outgoing: Outgoing) -> None:
        self._stored = stored
        self._contents = contents
        self._presence = presence
        self._outgoing = outgoing

    async def export(
        self, caller: Caller, workflow_id: UUID, number: int | None, kept: AsyncExitStack, *, secrets: bool
    ) -> Iterable[bytes]:
        """An `Export` as JSON."""
        _check(caller, secrets=secrets)
        version = await version_of(self._stored, caller, workflow_id, number)
        found = await self._contents_of(caller, [version], kept, secrets=secrets)
        content = found.get(version.key)
        if content is None:
            raise refusals.no_version()
        if isinstance(content, Unreadable):
            raise refusals.unreadable(str(content))
        return export_of(version, content, redacted=not secrets)

    async def exports(
        self,
        caller: Caller,
        environment_id: UUID | None,
        limit: int,
        cursor: str | None,
        kept: AsyncExitStack,
        *,
        secrets: bool,
    ) -> Iterable[bytes]:
        """A page of `Exports` as JSON: the newest versions, by workflow. Fewer than `limit` where they are large, or
        where some workflows have no export yet. One that cannot be read is empty, and has an `error`."""
        _check(caller, secrets=secrets)
        start = decode_cursor(cursor, UUID) if cursor else None
        waiting = await self._stored.newest(
            caller.tenant_id, environment_id=environment_id, start=start, count=limit + 1
        )
        if not waiting:
            await self._presence.check(caller, Places(environment_id=environment_id))
        now = most_of(waiting[:limit])
        exported = [version for version in now if version.number]
        found = await self._contents_of(caller, exported, kept, secrets=secrets)
        end = encode_cursor(waiting[len(now)].workflow_id) if len(now) < len(waiting) else None
        given = (export_of(each, found[each.key], redacted=not secrets) for each in now if each.key in found)
        return page_of(given, end)

    async def picture(self, caller: Caller, workflow_id: UUID, number: int | None) -> str:
        """SVG."""
        version = await version_of(self._stored, caller, workflow_id, number)
        outline = await self._stored.outline(caller.tenant_id, version.key)
        if outline is None:
            raise refusals.no_version()
        title = f"{version.name}, version {version.number}"
        return await self._contents.in_turn(caller.tenant_id, partial(_drawn, outline, title))

    async def _contents_of(
        self, caller: Caller, versions: Sequence[StoredVersion], kept: AsyncExitStack, *, secrets: bool
    ) -> Mapping[VersionKey, bytes | Unreadable]:
        size = sum(version.bytes for version in versions)
        await kept.enter_async_context(self._outgoing.room(caller.tenant_id, size))
        if secrets:
            return await self._contents.raw(caller.tenant_id, versions)
        return await self._stored.redacted(caller.tenant_id, [version.key for version in versions])


def _check(caller: Caller, *, secrets: bool) -> None:
    if secrets and caller.role not in _MAY_SEE_SECRETS:
        raise refusals.secrets_refused()


def _drawn(outline: bytes, title: str) -> str:
    return drawn(graph_of(of_redacted(msgspec.json.decode(outline))), title)
