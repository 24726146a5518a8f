"""What kind of picture bytes are, whatever anybody says of them."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
"""Of files, by content type."""


def content_type_of(content: bytes) -> str | None:
    """By its first bytes; None: no picture that browsers show."""
    for signature, offset, content_type in _SIGNATURES:
        if content.startswith(signature, offset):
            return content_type
    return None
