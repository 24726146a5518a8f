"""The body of an answer, read piece by piece under a cap that counts what comes out of the compression."""

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from io import BytesIO

import aiohttp

from .budget import RUNGS

_PIECE = 256 * 1024
"""Bytes that are decompressed at a time: a small piece of a bomb has gigabytes in it."""
Place = Callable[[int], AbstractAsyncContextManager[None]]
"""Among the bodies of more than so many bytes, a rung of the budget."""
_GZIP = 16 + zlib.MAX_WBITS


class TooLarge(Exception):
    """More bytes than allowed."""


class Cut(Exception):
    """The body broke off, or is no gzip."""


async def read_body(response: aiohttp.ClientResponse, most: int, place: Place, kept: AsyncExitStack) -> bytes:
    """The whole body, decompressed; held once in memory. Raises TooLarge, Cut, and what aiohttp raises.

    A larger one waits for its places before it takes more memory, and keeps them until `kept` is left.
    """
    inflated = _Gzip() if _compressed(response) else None
    if not inflated and (response.content_length or 0) > most:
        raise TooLarge
    body = BytesIO()  # its value is handed out without another copy
    rungs = deque(RUNGS)
    async for piece in response.content.iter_any():
        for part in inflated.parts(piece) if inflated else (piece,):
            size = body.tell() + len(part)
            if size > most:
                raise TooLarge
            while rungs and size > rungs[0]:
                await kept.enter_async_context(place(rungs.popleft()))
            body.write(part)
    if inflated and not inflated.ended:
        raise Cut
    return body.getvalue()


def _compressed(response: aiohttp.ClientResponse) -> bool:
    """Only gzip is asked for. Raises Cut for anything else."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in {"gzip", "identity"}:
        raise Cut
    return encoding == "gzip"


class _Gzip:
    """Piece by piece; one member may follow another (RFC 1952)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def ended(self) -> bool:
        return self._member.eof

    def parts(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                part = self._member.decompress(piece, _PIECE)
            except zlib.error as error:
                raise Cut from error
            piece = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if part:
                yield part
