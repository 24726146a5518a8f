"""Fields that requests are made of: what the contract names, and what PostgreSQL can hold."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import custom_error_schema

from pressroom_common.texts import FilledText, Line, Text

__all__ = [
    "SCALAR_WORDS",
    "FilledText",
    "Form",
    "Key",
    "Line",
    "Metadata",
    "MustBe",
    "Name",
    "Scalar",
    "Text",
    "WebAddress",
]


class Form(BaseModel):
    """A request's body or query: unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class MustBe:
    """One error for a field that may be of several types: else each of them tells its own, under a name of Python's."""

    words: str
    """What is allowed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        told = f"must be {self.words}"
        return custom_error_schema(handler(source), custom_error_type="must_be", custom_error_message=told)


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

SCALAR_WORDS = "a text without U+0000 and halves of surrogate pairs, a finite number, true or false"

Scalar = Annotated[bool | int | float | Text, MustBe(SCALAR_WORDS)]
"""A JSON value without structure."""

Key = Annotated[Text, StringConstraints(min_length=1, max_length=100)]

_Note = Annotated[
    Annotated[Text, StringConstraints(max_length=2000)] | bool | int | float | None,
    MustBe(
        "a text of at most 2000 characters without U+0000 and halves of surrogate pairs, a finite number, true, false "
        "or null"
    ),
]

Metadata = dict[Key, _Note]
"""A client's own notes: flat, never interpreted."""
