"""Which response schemas are taken: small, valid, and of one piece."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from pressroom_gateway.ledger.schemas import check_schema
from protocol.profile import examples


def nested(levels: int) -> dict[str, Any]:
    """A schema in a schema in a schema."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"},
        {"$id": "https://example.org/title", "type": "string"},
        {"$ref": "#/$defs/title", "$defs": {"title": {"type": "string"}}},
        {"$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "$ref": "#/$defs/tree"},
        {"$defs": {"a": {"$anchor": "here", "type": "string"}}, "$ref": "#here"},
        {"properties": {"$ref": {"type": "string"}}},
        {"enum": [1, None, "x"]},
        nested(31),
    ],
)
def test_a_schema_of_one_piece_is_taken_as_it_is(schema: dict[str, Any]) -> None:
    assert check_schema(schema) is schema


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "text"}, "no JSON Schema"),
        ({"type": 7}, "no JSON Schema"),
        ({"required": "title"}, "no JSON Schema"),
        ({"properties": []}, "no JSON Schema"),
        ({"pattern": "("}, "no JSON Schema"),
        ({"minimum": "1"}, "no JSON Schema"),
        ({"$ref": 7}, "no JSON Schema"),
        ({"$ref": "https://example.org/schema"}, "other documents"),
        ({"$ref": "file:///etc/passwd"}, "other documents"),
        ({"$ref": "other.json"}, "other documents"),
        ({"$ref": ""}, "other documents"),
        ({"$dynamicRef": "http://169.254.169.254/latest"}, "other documents"),
        ({"items": {"allOf": [{"$ref": "//example.org/x"}]}}, "other documents"),
        ({"$ref": "#/$defs/nowhere"}, "refers to no schema"),
        ({"$ref": "#nowhere"}, "refers to no schema"),
        ({"items": {"$dynamicRef": "#nowhere"}}, "refers to no schema"),
        ({"$ref": "#/enum/x", "enum": [1]}, "refers to no schema"),
        ({"$ref": "#/minimum/0", "minimum": 3}, "refers to no schema"),
        ({"$ref": "#/type", "type": "string"}, "refers to no schema"),
        ({"description": "x" * 64_000}, "at most"),
        (nested(40), "deeper"),
        ({"enum": [nested(40)]}, "deeper"),
    ],
)
def test_anything_else_is_refused_with_its_reason(schema: dict[str, Any], reason: str) -> None:
    with pytest.raises(PydanticCustomError, match=reason):
        check_schema(schema)


def test_a_nesting_that_no_recursion_survives_is_refused_and_not_walked_by_recursion() -> None:
    with pytest.raises(PydanticCustomError):
        check_schema(nested(400))


_KEYWORDS = st.sampled_from(("type", "$ref", "$id", "$anchor", "$defs", "items", "properties", "allOf", "enum", "not"))
_WORDS = st.sampled_from(("#", "#/a", "#b", "#/type/0", "#/enum/x", "string", "object", "http://[", "//[x"))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYWORDS, inner, max_size=3),
    max_leaves=12,
)


@examples(300)
@given(st.dictionaries(_KEYWORDS, _JSON, max_size=4))
def test_whatever_a_client_sends_is_taken_or_refused(schema: dict[str, Any]) -> None:
    """No other error comes out."""
    with suppress(PydanticCustomError):
        assert check_schema(schema) is schema
