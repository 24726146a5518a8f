"""Fields that requests are made of: what the contract names, and what PostgreSQL can hold."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Form(BaseModel):
    """A request's body or query: unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul", "must not contain a NUL character (U+0000)")
    if not text.isascii() and _SURROGATE.search(text):
        raise PydanticCustomError("surrogate", "must not contain half of a surrogate pair (U+D800 to U+DFFF)")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _single_line(text: str) -> str:
    if _BREAKS.search(text):
        raise PydanticCustomError("line", "must be a single line without control characters")
    return text


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid or " " in text:
        raise PydanticCustomError("web_address", "must be an absolute http or https address")
    return text


Text = Annotated[str, AfterValidator(_storable)]
"""Any text but NUL, which PostgreSQL cannot store, and lone surrogates, which JSON can write and UTF-8 cannot."""

FilledText = Annotated[Text, AfterValidator(_filled)]

Line = Annotated[Text, StringConstraints(strip_whitespace=True), AfterValidator(_filled), AfterValidator(_single_line)]
"""A name or a title."""

Name = Annotated[Line, StringConstraints(max_length=200)]

WebAddress = Annotated[Line, StringConstraints(max_length=2048), AfterValidator(_web_address)]

Scalar = bool | int | float | Text
"""A JSON value without structure."""

Key = Annotated[Text, StringConstraints(min_length=1, max_length=100)]

Metadata = dict[Key, Annotated[Text, StringConstraints(max_length=2000)] | bool | int | float | None]
"""A client's own notes: flat, never interpreted."""
