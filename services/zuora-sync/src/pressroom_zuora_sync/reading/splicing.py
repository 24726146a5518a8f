"""JSON put together of pieces that are JSON already: a large export is neither parsed nor written anew to be sent."""

from collections.abc import AsyncIterator, Iterable, Iterator

import msgspec

from .records import StoredVersion

PIECE = 262_144
"""Bytes that are sent at a time."""


def page_of(items: Iterable[Iterable[bytes]], next_cursor: str | None) -> Iterator[bytes]:
    """`{"items": [...], "next_cursor": ...}`; one item may hold several, with their commas."""
    yield b'{"items":['
    for place, item in enumerate(items):
        if place:
            yield b","
        yield from item
    yield b'],"next_cursor":' + msgspec.json.encode(next_cursor) + b"}"


def export_of(version: StoredVersion, content: bytes | Exception, *, redacted: bool) -> tuple[bytes, ...]:
    """An `Export`, whose `export` is `content`; or `{}`, and its `error` what is wrong with it.

    In pieces: a copy of it would take as much memory again.
    """
    head = msgspec.json.encode(
        {
            "workflow_id": version.workflow_id,
            "zuora_id": version.zuora_id,
            "name": version.name,
            "version": version.number,
            "redacted": redacted,
            "error": str(content) if isinstance(content, Exception) else None,
        }
    )
    return (head[:-1], b',"export":', b"{}" if isinstance(content, Exception) else content, b"}")


async def in_pieces(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, no more than PIECE at a time."""
    for chunk in chunks:
        view = memoryview(chunk)
        for at in range(0, len(view), PIECE):
            yield bytes(view[at : at + PIECE])
