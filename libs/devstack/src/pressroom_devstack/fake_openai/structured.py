"""Structured output: an instance of a JSON schema whose strings speak of the prompt's subject."""

import random
from collections.abc import Callable
from typing import Any

from . import values
from .texts import bare, capitalized, sentence_on
from .values import Schema, UnsupportedSchemaError

DEEP = 5  # from here on a recursive schema gets only what it requires
TOO_DEEP = 40
ITEMS = 3


def instance_of(schema: Schema, subject: str, dice: random.Random) -> Any:
    """Raises UnsupportedSchemaError with the reason."""
    try:
        return _Builder(schema, subject, dice).build(schema, "", 0)
    except (TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise UnsupportedSchemaError(f"it is no JSON schema ({error})") from error


def any_object(subject: str, dice: random.Random) -> dict[str, Any]:
    """For `json_object`, where the shape is the model's choice."""
    return {
        "title": capitalized(bare(subject)),
        "summary": sentence_on(subject, dice),
        "points": [sentence_on(subject, dice) for _ in range(ITEMS)],
    }


class _Builder:
    def __init__(self, root: Schema, subject: str, dice: random.Random) -> None:
        self._root = root
        self._subject = subject
        self._dice = dice

    def build(self, schema: Schema | bool, name: str, depth: int) -> Any:  # noqa: FBT001 (JSON Schema's own `true`)
        if schema is False or depth > TOO_DEEP:
            raise UnsupportedSchemaError(f"nothing is allowed at {name!r}" if schema is False else "it never ends")
        schema = self._flat({} if schema is True else schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._dice.choice(schema["enum"])
        if variants := schema.get("anyOf") or schema.get("oneOf"):
            return self._one_of(variants, schema, name, depth)
        return self._typed(schema, name, depth)

    def _typed(self, schema: Schema, name: str, depth: int) -> Any:
        makers: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema, depth),
            "array": lambda: self._array(schema, name, depth),
            "string": lambda: values.string(schema, name, self._subject, self._dice),
            "integer": lambda: values.integer(schema, self._dice),
            "number": lambda: values.number(schema, self._dice),
            "boolean": lambda: self._dice.choice((True, False)),
            "null": lambda: None,
        }
        wanted = _type_of(schema, deep=depth > DEEP)
        if wanted not in makers:
            raise UnsupportedSchemaError(f"{wanted!r} is no type")
        return makers[wanted]()

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties: Schema = schema.get("properties", {})
        required = schema.get("required", [])
        wanted = required if depth > DEEP else [*properties, *(name for name in required if name not in properties)]
        made = {name: self.build(properties.get(name, True), name, depth + 1) for name in wanted}
        others = schema.get("additionalProperties", True)
        least = schema.get("minProperties", 1 if not properties and isinstance(others, dict) else 0)
        for number in range(len(made), least):
            made[f"{values.slug_of(self._subject)}-{number + 1}"] = self.build(others, "", depth + 1)
        return made

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        made = [self.build(item, name, depth + 1) for item in schema.get("prefixItems", [])]
        least = schema.get("minItems", 0)
        wanted = max(least, min(0 if depth > DEEP else ITEMS, schema.get("maxItems", ITEMS)))
        if schema.get("items", True) is False or (made and "items" not in schema):
            return made
        for _ in range(wanted * values.TRIES):
            if len(made) >= wanted:
                break
            item = self.build(schema.get("items", True), name, depth + 1)
            if not (schema.get("uniqueItems") and item in made):
                made.append(item)
        if len(made) < least:
            raise UnsupportedSchemaError(f"not enough different items for {name!r}")
        return made

    def _one_of(self, variants: list[Schema], schema: Schema, name: str, depth: int) -> Any:
        """The first variant that can be made; null only where nothing else can, or the instance is deep enough."""
        siblings = {key: value for key, value in schema.items() if key not in {"anyOf", "oneOf"}}
        ordered = sorted(variants, key=lambda variant: (variant == {"type": "null"}) != (depth > DEEP))
        reason: UnsupportedSchemaError | None = None
        for variant in ordered:
            try:
                return self.build(_merged(siblings, variant), name, depth + 1)
            except UnsupportedSchemaError as error:
                reason = reason or error
        raise reason or UnsupportedSchemaError(f"no variant for {name!r}")

    def _flat(self, schema: Schema) -> Schema:
        """With its `$ref` followed and its `allOf` merged in."""
        for _ in range(TOO_DEEP):
            if "$ref" in schema:
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = _merged(self._resolved(schema["$ref"]), rest)
            elif "allOf" in schema:
                parts = [self._flat(part) for part in schema["allOf"]]
                schema = _merged({key: value for key, value in schema.items() if key != "allOf"}, *parts)
            else:
                return schema
        raise UnsupportedSchemaError("its references go in a circle")

    def _resolved(self, reference: str) -> Schema:
        found: Any = self._root
        for key in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
            found = found.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise UnsupportedSchemaError(f"{reference!r} leads nowhere")
        return found


def _merged(*schemas: Schema) -> Schema:
    """A schema that asks for all of them; where two bounds differ, the later one's."""
    merged: Schema = {}
    for schema in schemas:
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        required = list(dict.fromkeys([*merged.get("required", []), *schema.get("required", [])]))
        merged = {**merged, **schema}
        merged.update({key: value for key, value in (("properties", properties), ("required", required)) if value})
    return merged


def _type_of(schema: Schema, *, deep: bool) -> str:
    named = schema.get("type")
    if isinstance(named, list):
        others = [name for name in named if name != "null"]
        return "null" if not others or (deep and "null" in named) else str(others[0])
    if isinstance(named, str):
        return named
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "number" if {"minimum", "maximum", "multipleOf"} & schema.keys() else "string"
