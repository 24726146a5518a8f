"""A small valid PNG made in code: a gradient whose colours come from the prompt."""

import hashlib
import struct
import zlib

LONGEST_SIDE = 96
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB_8_BIT = (8, 2, 0, 0, 0)


def picture_of(prompt: str, size: str | None = None) -> bytes:
    """With the proportions of `size` ("1536x1024"), but only `LONGEST_SIDE` pixels long."""
    width, height = _scaled(size or "1024x1024")
    colours = hashlib.sha256(prompt.encode()).digest()
    rows = b"".join(b"\0" + _row(colours[:3], colours[3:6], y / height, width) for y in range(height))
    header = struct.pack(">II5B", width, height, *_RGB_8_BIT)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _scaled(size: str) -> tuple[int, int]:
    """Raises ValueError where the size is not two positive numbers."""
    width, height = (int(side) for side in size.split("x")) if size != "auto" else (1, 1)
    if min(width, height) < 1:
        raise ValueError(size)
    factor = LONGEST_SIDE / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _row(top: bytes, bottom: bytes, share: float, width: int) -> bytes:
    pixel = bytes(round(above + (below - above) * share) for above, below in zip(top, bottom, strict=True))
    return pixel * width


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
