"""Structured output: what is made validates against what was asked for."""

from typing import Any, Literal

import aiohttp
import jsonschema
import msgspec
import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, Field

from contract.fake_openai.control import PROMPT, said


class Tag(BaseModel):
    label: str
    weight: float = Field(ge=0, le=1)


class Product(BaseModel):
    title: str = Field(max_length=60)
    description: str
    price: float = Field(gt=0)
    colour: Literal["steel", "black"]
    tags: list[Tag] = Field(min_length=2)
    parent: "Product | None" = None


async def test_parse_gives_an_instance_of_the_model(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.parse(model="m", messages=said(PROMPT), response_format=Product)
    product = answer.choices[0].message.parsed
    assert product is not None
    assert "steel water bottle" in product.title.lower()
    assert "steel water bottle" in product.description.lower()


TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name", "children"],
            "additionalProperties": False,
        }
    },
}
SCHEMAS: list[dict[str, Any]] = [
    TREE,
    {"type": "string", "minLength": 300, "maxLength": 310},
    {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}(?:x|y)?$"},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3, "maxItems": 3},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": False},
    {"type": "integer", "exclusiveMinimum": 6, "maximum": 14, "multipleOf": 7},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    {"type": "object", "additionalProperties": {"type": "number", "maximum": -1}, "minProperties": 2},
    {"type": "object", "properties": {}, "required": ["a", "b"]},
    {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"const": 7}}}]},
    {"oneOf": [{"type": "null"}, {"type": "object", "properties": {"kind": {"const": "x"}}, "required": ["kind"]}]},
    {"type": ["null", "string"], "format": "date-time"},
    *(
        {"type": "string", "format": name}
        for name in ("date", "email", "uuid", "uri", "ipv4", "ipv6", "time", "hostname")
    ),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("prompt", [f"{PROMPT} in size {size}" for size in range(5)])
async def test_structured_output_validates(origin: str, schema: dict[str, Any], prompt: str) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "thing", "schema": schema}}
    body = {"model": "m", "messages": said(prompt), "response_format": wanted}
    async with aiohttp.ClientSession() as http, http.post(f"{origin}/v1/chat/completions", json=body) as response:
        content = (await response.json())["choices"][0]["message"]["content"]
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert not list(validator.iter_errors(msgspec.json.decode(content)))


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "integer", "minimum": 2, "maximum": 1}, "no integer lies within the bounds"),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, "nothing is allowed at 'a'"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$ref": "#"}, "go in a circle"),
        ({"type": "integer", "minimum": "low"}, "it is no JSON schema"),
        ({"type": "mood"}, "'mood' is no type"),
    ],
    ids=str,
)
async def test_schema_that_nothing_satisfies_is_refused(
    client: AsyncOpenAI, schema: dict[str, object], reason: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=reason):
        await client.chat.completions.create(
            model="m",
            messages=said(PROMPT),
            response_format={"type": "json_schema", "json_schema": {"name": "thing", "schema": schema}},
        )


async def test_json_object_is_json_about_the_subject(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="m", messages=said(PROMPT), response_format={"type": "json_object"}
    )
    content = answer.choices[0].message.content or ""
    assert msgspec.json.decode(content)["title"] == "Steel water bottle"
