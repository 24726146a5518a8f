"""`generation.prompt`: one prompt, one text, or one JSON value that satisfies a schema."""

import msgspec
from msgspec import Raw

from pressroom_common.contracts import PromptInput, PromptResult, encode
from pressroom_common.worker import Run

from .buying import Shop
from .structured import check

_input = msgspec.json.Decoder(PromptInput)


async def prompt(run: Run, shop: Shop) -> Raw:
    wanted = _input.decode(run.input)
    schema = msgspec.json.decode(wanted.response_schema) if wanted.response_schema else None
    feed = run.feed
    feed.enter("calling_model")
    on_text = feed.text if feed.followed else None
    completion = await shop.buy(run, "text", wanted.prompt, wanted.model, schema, on_text)
    if schema is not None:
        check(completion.content, schema, "response_schema")
    return Raw(encode(PromptResult(content=completion.content, model=completion.model)))
