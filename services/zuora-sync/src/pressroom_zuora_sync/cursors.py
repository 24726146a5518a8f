"""Where a page of a list ends, as an opaque text."""

import base64
import binascii
from typing import TypeVar

import msgspec

from pressroom_common.internal_problems import FieldFault, invalid

T = TypeVar("T")


def encode_cursor(place: object) -> str:
    """`place`: what the list is sorted by, of the page's last item; a tuple of texts, numbers and UUIDs."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def decode_cursor(cursor: str, place: type[T]) -> T:
    """Raises Refused where it is none of this list's."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(_storable(text), type=place)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise invalid(FieldFault(field="cursor", message="take `next_cursor` of the previous page")) from None


def _storable(text: bytes) -> bytes:
    """PostgreSQL stores no NUL."""
    if b"\\u0000" in text:
        raise ValueError("a NUL character")
    return text
