"""Fields that requests are made of: what the contract names, and what PostgreSQL can hold."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from pressroom_common.texts import FilledText, Line, Text

__all__ = ["FilledText", "Form", "Key", "Line", "Metadata", "Name", "Scalar", "Text", "WebAddress"]


class Form(BaseModel):
    """A request's body or query: unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid or " " in text:
        raise PydanticCustomError("web_address", "must be an absolute http or https address")
    return text


Name = Annotated[Line, StringConstraints(max_length=200)]

WebAddress = Annotated[Line, StringConstraints(max_length=2048), AfterValidator(_web_address)]

Scalar = bool | int | float | Text
"""A JSON value without structure."""

Key = Annotated[Text, StringConstraints(min_length=1, max_length=100)]

Metadata = dict[Key, Annotated[Text, StringConstraints(max_length=2000)] | bool | int | float | None]
"""A client's own notes: flat, never interpreted."""
