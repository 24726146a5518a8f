"""What the fake reads of a request; whatever else the SDK sends is accepted and ignored."""

from typing import Any

import msgspec


class ContentPart(msgspec.Struct):
    type: str
    text: str = ""


class Message(msgspec.Struct):
    role: str
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return " ".join(part.text for part in self.content or ())


class StreamOptions(msgspec.Struct):
    include_usage: bool = False


class JsonSchema(msgspec.Struct):
    name: str
    schema: dict[str, Any]


class ResponseFormat(msgspec.Struct):
    type: str
    json_schema: JsonSchema | None = None


class ChatRequest(msgspec.Struct):
    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    n: int | None = None
    response_format: ResponseFormat | None = None

    @property
    def prompt(self) -> str:
        """The last user message: what the answer is about."""
        mine = [message.text for message in self.messages if message.role == "user"]
        return mine[-1] if mine else self.conversation

    @property
    def conversation(self) -> str:
        return "\n".join(message.text for message in self.messages)

    @property
    def token_limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def with_usage(self) -> bool:
        """Whether a stream ends with a chunk of usage; answers in one piece always carry it."""
        return self.stream_options is not None and self.stream_options.include_usage


class ImageRequest(msgspec.Struct):
    prompt: str
    model: str = "gpt-image-1"
    n: int | None = None
    size: str | None = None
    response_format: str | None = None
