"""`generation.prompt`: one prompt, one text, or one JSON value that satisfies a schema."""

from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from msgspec import Raw
from referencing import Registry
from referencing.exceptions import Unresolvable

from pressroom_common.contracts import PromptInput, PromptResult, encode
from pressroom_common.worker import JobFailed, Run

from .buying import Shop

_input = msgspec.json.Decoder(PromptInput)
_NO_DOCUMENTS: Registry[Any] = Registry()
"""Without it the validator would fetch whatever a schema refers to."""


async def prompt(run: Run, shop: Shop) -> Raw:
    wanted = _input.decode(run.input)
    schema = msgspec.json.decode(wanted.response_schema) if wanted.response_schema else None
    feed = run.feed
    feed.enter("calling_model")
    on_text = feed.text if feed.followed else None
    completion = await shop.buy(run, "text", wanted.prompt, wanted.model, schema, on_text)
    if schema is not None:
        _validate(completion.content, schema)
    return Raw(encode(PromptResult(content=completion.content, model=completion.model)))


def _validate(content: str, schema: dict[str, Any]) -> None:
    """Another try may well give what was asked for, so that this is transient."""
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = f"The model's answer is no JSON: {error}."
        raise JobFailed("invalid_output", detail, "transient") from error
    try:
        fault = next(Draft202012Validator(schema, registry=_NO_DOCUMENTS).iter_errors(value), None)
    except (Unresolvable, RecursionError) as error:
        detail = "response_schema cannot be applied: it refers to nothing, or to itself without end. Change it."
        raise JobFailed("invalid_output", detail, "permanent") from error
    if fault is not None:
        detail = f"The model's answer does not satisfy response_schema at {fault.json_path}."
        raise JobFailed("invalid_output", detail, "transient")
