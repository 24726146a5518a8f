"""The body of a bulk request: JSON, or JSON Lines with one item per line. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pydantic import ValidationError

from pressroom_gateway import problems
from pressroom_gateway.problem_answers import from_validation
from pressroom_gateway.problems import FieldError

from .forms import BulkItem, BulkOptions, NewBulk

LINES = ("application/x-ndjson", "application/jsonl")
_NO_JSON = "not valid JSON"
_MOST_FAULTS = 10
"""Told of one item."""


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is no JSON."""


def bulk_of(body: bytes, content_type: str, options: BulkOptions, most: int) -> NewBulk:
    """`options` of the query go for lines, and for what a document does not say. Raises Problem."""
    kind = content_type.partition(";")[0].strip().lower()
    given = options.model_dump(exclude_unset=True)
    if kind in LINES:
        wish: Any = {**given, "items": list(_lines(body, most))}
    elif kind in {"application/json", ""}:
        wish = _json(body)
        if not isinstance(wish, dict):
            raise problems.invalid(FieldError("body", "send an object with items"))
        wish = {**given, **wish}
    else:
        detail = "send application/json, or application/x-ndjson with an item on each line"
        raise problems.invalid(FieldError("Content-Type", detail))
    try:
        bulk = NewBulk.model_validate(wish)
    except ValidationError as error:
        raise from_validation([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error
    if len(bulk.items) > most:
        raise problems.invalid(FieldError("items", f"at most {most} items at a time"))
    return bulk


def item_of(given: Any, index: int) -> BulkItem | list[FieldError]:
    """One item, or what is wrong with it: `items.17.prompt`."""
    if isinstance(given, Unreadable):
        return [FieldError(f"items.{index}", _NO_JSON)]
    try:
        return BulkItem.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
        problem = from_validation([{**each, "loc": ("body", "items", index, *each["loc"])} for each in found])
        return list(problem.errors)


def name_of(given: Any) -> str | None:
    """That of an item which cannot be read as a whole: others may depend on it."""
    name = given.get("name") if isinstance(given, Mapping) else None
    return name if isinstance(name, str) else None


def canonical(bulk: NewBulk) -> bytes:
    """The same for the same request, however it is written."""
    return msgspec.json.encode(bulk.model_dump(mode="python", exclude_unset=True), order="sorted")


def _lines(body: bytes, most: int) -> Iterator[Mapping[str, Any] | Unreadable]:
    """One more than there may be is enough to tell that they are too many."""
    lines = [line for line in body.split(b"\n") if line.strip()]
    for line in lines[: most + 1]:
        try:
            yield msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Unreadable()


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problems.invalid(FieldError("body", _NO_JSON)) from error
