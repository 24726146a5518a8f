"""Cursor pagination: newest first, by id (UUIDv7 sorts by time), so that a page never shifts under its reader."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from .fields import Form

Item = TypeVar("Item")
NEWEST = UUID(int=(1 << 128) - 1)
"""Before this one come all."""


def encode_cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: Any) -> UUID:
    try:
        text = cursor if isinstance(cursor, str) else ""
        return UUID(bytes=base64.b64decode(f"{text}==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise PydanticCustomError("cursor", "not a cursor: take `next_cursor` of the previous page") from error


Cursor = Annotated[UUID, BeforeValidator(decode_cursor), WithJsonSchema({"type": "string"})]


class PageQuery(Form):
    """Parameters of every list; a list adds its filters."""

    limit: int = Field(50, ge=1, le=200, description="Items of a page.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")

    @property
    def before(self) -> UUID:
        """Items older than this one."""
        return self.cursor or NEWEST


class Listing(BaseModel, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last one.")


def listing(found: Sequence[Item], limit: int, id_of: Callable[[Item], UUID]) -> Listing[Item]:
    """`found` holds one item more than `limit` where there is a next page."""
    items = list(found[:limit])
    more = len(found) > limit
    return Listing(items=items, next_cursor=encode_cursor(id_of(items[-1])) if more else None)
