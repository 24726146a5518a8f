"""What recipes need from the world."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from pressroom_common.contracts import JobError, Usage
from pressroom_common.worker import Call


class Completion(Struct, frozen=True, kw_only=True):
    """A model's answer."""

    content: str
    model: str
    refusal: str
    """Why the model declined; empty where it did not."""
    finish_reason: str
    usage: Usage


class Drawing(Struct, frozen=True, kw_only=True):
    """An image model's answer: whatever it called a picture."""

    content: bytes
    usage: Usage


class ProviderError(Exception):
    """The provider did not give what was asked for. `sent`: it may have done the work, and charge for it."""

    def __init__(self, error: JobError, *, sent: bool) -> None:
        super().__init__(error.detail)
        self.error = error
        self.sent = sent


class Model(Protocol):
    async def complete(
        self,
        call: Call,
        model: str,
        prompt: str,
        schema: dict[str, Any] | None,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """One chat completion. `schema`: JSON Schema that the content shall satisfy. Raises ProviderError.

        With `on_text` it is streamed, and each piece of the content is told as it comes: put together, they are the
        content. What `on_text` raises ends the call.
        """
        ...


class Painter(Protocol):
    async def draw(self, call: Call, model: str, prompt: str, size: str, limit: int) -> Drawing:
        """One picture of `size` (`1536x1024`), and of `limit` bytes at most. Raises ProviderError."""
        ...


class Storage(Protocol):
    async def put(self, key: str, content: bytes, content_type: str) -> str:
        """Store a file whole or not at all, over an older one of the same key; the key. Raises Unavailable, Refused."""
        ...

    async def delete(self, folder: str) -> None:
        """Delete all files whose keys begin with `folder/`; where there are none, too. Raises Unavailable, Refused."""
        ...
