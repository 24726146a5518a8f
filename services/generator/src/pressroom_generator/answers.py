"""A provider's answer in one piece: bytes in, a completion out. Only the fields that are used are decoded."""

import msgspec
from msgspec import Struct

from pressroom_common.contracts import Usage

from .classification import unreadable
from .ports import Completion
from .tokens import estimate


class _Message(Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: str | None = None


class _PromptDetails(Struct):
    cached_tokens: int | None = None


class _CompletionDetails(Struct):
    reasoning_tokens: int | None = None


class TokenCounts(Struct):
    """What the provider says it used."""

    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None


class _Answer(Struct):
    choices: list[_Choice]
    model: str = ""
    usage: TokenCounts | None = None


_decoder = msgspec.json.Decoder(_Answer)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises of bytes that are no such JSON."""


def read_answer(body: bytes, model: str, prompt: str) -> Completion:
    """`model` and `prompt`: what was asked. Raises ProviderError where it cannot be read."""
    try:
        answer = _decoder.decode(body)
        choice = answer.choices[0]
    except (*UNREADABLE, IndexError) as error:
        raise unreadable() from error
    content = storable(choice.message.content or "")
    return Completion(
        content=content,
        model=answer.model or model,
        refusal=storable(choice.message.refusal or ""),
        finish_reason=choice.finish_reason or "",
        usage=usage_of(answer.usage, prompt, content),
    )


def storable(text: str) -> str:
    """PostgreSQL's text has no NUL."""
    return text.replace("\x00", "")


def usage_of(told: TokenCounts | None, prompt: str, content: str) -> Usage:
    """Estimated, and marked so, where the provider told nothing."""
    if told is None:
        return estimate(prompt, content)
    read, written = told.prompt_tokens_details, told.completion_tokens_details
    return Usage(
        calls=1,
        input_tokens=told.prompt_tokens,
        output_tokens=told.completion_tokens,
        cached_input_tokens=(read.cached_tokens or 0) if read else 0,
        reasoning_tokens=(written.reasoning_tokens or 0) if written else 0,
    )
