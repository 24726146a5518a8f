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
        return _storable(msgspec.json.decode(text, type=place))
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise invalid(FieldFault(field="cursor", message="take `next_cursor` of the previous page")) from None


def _storable(place: T) -> T:
    """PostgreSQL stores no NUL. A name may well have the letters that JSON writes one with."""
    if any("\0" in part for part in msgspec.to_builtins(place) if isinstance(part, str)):
        raise ValueError("a NUL character")
    return place
