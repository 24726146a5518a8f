"""What is wrong with a field, where Pydantic's own words name types of Python's, or count items of a text. Pure."""

from collections.abc import Mapping
from typing import Any

_NO_BODY = "send a JSON object with `Content-Type: application/json`"
_WORDS = {
    "extra_forbidden": "unknown field",
    "missing": "required",
    "json_invalid": "not valid JSON",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "list_type": "must be a JSON array",
}
"""By Pydantic's type of error."""


def words(error: Mapping[str, Any], *, whole: bool) -> str:
    """Of an error as Pydantic tells it. `whole`: of the body, and not of a field in it."""
    kind = error["type"]
    if whole and kind == "model_attributes_type":
        return _NO_BODY
    if kind in {"too_long", "too_short"}:
        return _of_length(error["ctx"])
    return _WORDS.get(kind) or str(error["msg"])


def _of_length(limits: Mapping[str, Any]) -> str:
    """`Value` is what Pydantic calls a text whose length it looks at after our own checks."""
    most = limits.get("max_length")
    bound, number = ("least", limits["min_length"]) if most is None else ("most", most)
    thing = "character" if limits["field_type"] == "Value" else "item"
    return f"must have at {bound} {number} {thing}{'' if number == 1 else 's'}"
