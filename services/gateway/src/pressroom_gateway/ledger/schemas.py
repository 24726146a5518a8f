"""Which response schemas are taken."""

from collections.abc import Iterator
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, SchemaError
from pydantic_core import PydanticCustomError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

_LARGEST = 64_000
_DEEPEST = 32
_REFERENCES = ("$ref", "$dynamicRef")


def check_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Small, valid, self-contained: a reference to another document would be fetched, by us."""
    written = msgspec.json.encode(schema)
    if b"\\u0000" in written:
        raise PydanticCustomError("schema", "must not hold the character NUL")
    if len(written) > _LARGEST:
        raise PydanticCustomError("schema", f"must have at most {_LARGEST} bytes")
    if any(depth > _DEEPEST for depth, _ in _walk(schema)):
        raise PydanticCustomError("schema", f"must not be nested deeper than {_DEEPEST} levels")
    if not all(reference.startswith("#") for reference in _references(schema)):
        raise PydanticCustomError("schema", "must not refer to other documents: `$ref` begins with #")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise PydanticCustomError("schema", "is no JSON Schema: {reason}", {"reason": error.message[:200]}) from error
    for reference in _references(schema):
        if not _leads_to_schema(schema, reference):
            raise PydanticCustomError("schema", "refers to no schema: {reference}", {"reference": reference[:200]})
    return schema


def _leads_to_schema(schema: dict[str, Any], reference: str) -> bool:
    resolver = Registry().resolver_with_root(DRAFT202012.create_resource(schema))
    try:
        found = resolver.lookup(reference).contents
    except (Unresolvable, ValueError, TypeError):  # a pointer may lead through a text or a number
        return False
    return isinstance(found, dict | bool)


def _references(schema: dict[str, Any]) -> list[str]:
    """Of any object that could be a schema; a property may have such a name, too, but then it is no text."""
    found = (node.get(keyword) for _, node in _walk(schema) for keyword in _REFERENCES)
    return [reference for reference in found if isinstance(reference, str)]


def _walk(root: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object of the schema with its depth; not by recursion, as a client may nest it at will."""
    waiting: list[tuple[int, Any]] = [(0, root)]
    while waiting:
        depth, node = waiting.pop()
        if isinstance(node, dict):
            yield depth, node
            waiting += ((depth + 1, child) for child in node.values())
        elif isinstance(node, list):
            waiting += ((depth + 1, child) for child in node)
