"""`generation.prompt`: one prompt, one text, or one JSON value that satisfies a schema."""

from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from msgspec import Raw

from pressroom_common.contracts import PromptInput, PromptResult, encode
from pressroom_common.worker import JobFailed, Run

from .buying import Shop

_input = msgspec.json.Decoder(PromptInput)


async def prompt(run: Run, shop: Shop) -> Raw:
    wanted = _input.decode(run.input)
    schema = msgspec.json.decode(wanted.response_schema) if wanted.response_schema else None
    completion = await shop.buy(run, "text", wanted.prompt, wanted.model, schema)
    if schema is not None:
        _validate(completion.content, schema)
    return Raw(encode(PromptResult(content=completion.content, model=completion.model)))


def _validate(content: str, schema: dict[str, Any]) -> None:
    """Another try may well give what was asked for, so that this is transient."""
    try:
        value = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        detail = f"The model's answer is no JSON: {error}. It is tried again."
        raise JobFailed("invalid_output", detail, "transient") from error
    fault = next(Draft202012Validator(schema).iter_errors(value), None)
    if fault is not None:
        detail = f"The model's answer does not satisfy response_schema at {fault.json_path}. It is tried again."
        raise JobFailed("invalid_output", detail, "transient")
