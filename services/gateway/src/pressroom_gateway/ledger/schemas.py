"""Which response schemas are taken."""

from collections.abc import Iterator
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, SchemaError
from pydantic_core import PydanticCustomError

_LARGEST = 64_000
_DEEPEST = 32


def check_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Small, valid, self-contained: nobody fetches a remote `$ref`."""
    if len(msgspec.json.encode(schema)) > _LARGEST:
        raise PydanticCustomError("schema", f"must have at most {_LARGEST} bytes")
    if any(depth > _DEEPEST for depth, _ in _walk(schema)):
        raise PydanticCustomError("schema", f"must not be nested deeper than {_DEEPEST} levels")
    if any(not _local(node.get("$ref", "#")) for _, node in _walk(schema)):
        raise PydanticCustomError("schema", "must not refer to other documents: `$ref` begins with #")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise PydanticCustomError("schema", "is no JSON Schema: {reason}", {"reason": error.message[:200]}) from error
    return schema


def _local(reference: Any) -> bool:
    return isinstance(reference, str) and reference.startswith("#")


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
