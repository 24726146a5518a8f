"""An answer before it is sent: JSON, in gzip where the client takes it and it is long enough."""

import zlib
from typing import Any

import msgspec
from aiohttp import web

from .workflow import Version, packed

SHORTEST_PACKED = 1000  # bytes


class Answer(msgspec.Struct):
    """`packed` is the body in gzip, where it is at hand; `raw` the body, where that is."""

    status: int = 200
    raw: bytes | None = None
    packed: bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = {}

    def body(self) -> bytes:
        """As it is before gzip."""
        if self.raw is None:
            self.raw = zlib.decompress(self.packed or packed(b""), 31)
        return self.raw

    def sent(self, accepted: str) -> web.Response:
        """To a client that accepts these encodings."""
        headers = dict(self.headers)
        body = self.raw
        if "gzip" in accepted and self._is_long():
            headers["Content-Encoding"] = "gzip"
            body = self.packed or packed(self.body())
        elif body is None:
            body = self.body()
        return web.Response(status=self.status, body=body, content_type=self.content_type, headers=headers)

    def _is_long(self) -> bool:
        return self.raw is None or len(self.raw) > SHORTEST_PACKED


def json(value: Any, status: int = 200) -> Answer:
    return Answer(status, raw=msgspec.json.encode(value))


def version_export(version: Version) -> Answer:
    """As it lies there, in gzip."""
    return Answer(packed=version.packed)
