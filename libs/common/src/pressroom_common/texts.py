"""Texts that requests are made of: what PostgreSQL can hold, and what fits on a line."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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


Text = Annotated[str, AfterValidator(_storable)]
"""Any text but NUL, which PostgreSQL cannot store, and lone surrogates, which JSON can write and UTF-8 cannot."""

FilledText = Annotated[Text, AfterValidator(_filled)]

Line = Annotated[Text, StringConstraints(strip_whitespace=True), AfterValidator(_filled), AfterValidator(_single_line)]
"""A name or a title."""
