"""The answer to a chat request: what it says, in how many tokens, and the JSON that carries it."""

import random
from typing import Any, NamedTuple

import msgspec

from .requests import ChatRequest, ResponseFormat
from .structured import any_object, instance_of
from .subjects import subject_of
from .texts import count_tokens, pieces_of, text_on


class Answer(NamedTuple):
    pieces: list[str]  # tokens, in the order a stream sends them
    finish_reason: str
    prompt_tokens: int

    @property
    def content(self) -> str:
        return "".join(self.pieces)

    @property
    def usage(self) -> dict[str, Any]:
        return usage_of(self.prompt_tokens, len(self.pieces))


def answer_to(chat: ChatRequest, tokens: int, dice: random.Random) -> Answer:
    """As long as the scenario says, or cut at the request's limit. Raises UnsupportedSchemaError."""
    subject = subject_of(chat.prompt)
    prompt_tokens = count_tokens(chat.conversation)
    if (data := _structured(chat.response_format, subject, dice)) is not None:
        return Answer(pieces_of(msgspec.json.encode(data).decode(), code=True), "stop", prompt_tokens)
    limit = min(tokens, chat.token_limit or tokens)
    reason = "length" if limit < tokens else "stop"
    return Answer(pieces_of(text_on(subject, tokens, dice))[:limit], reason, prompt_tokens)


def _structured(wanted: ResponseFormat | None, subject: str, dice: random.Random) -> Any:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.json_schema is None:
        return any_object(subject, dice)
    return instance_of(wanted.json_schema.schema, subject, dice)


def completion(identity: dict[str, Any], answer: Answer) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": answer.content, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
    return msgspec.json.encode(
        {**identity, "object": "chat.completion", "choices": [choice], "usage": answer.usage, "service_tier": "default"}
    )


def usage_of(prompt_tokens: int, completion_tokens: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
