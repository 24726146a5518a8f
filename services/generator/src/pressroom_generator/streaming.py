"""A provider's answer in pieces: what came of it so far, and the completion at its end."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from .answers import UNREADABLE, TokenCounts, storable, usage_of
from .classification import connection_lost, failed_midway, unreadable
from .event_stream import Event, EventReader, EventTooLong
from .ports import Completion, ProviderError

_DONE = b"[DONE]"


class _Delta(Struct, gc=False):
    content: str | None = None
    refusal: str | None = None


class _Choice(Struct, gc=False):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Fault(Struct):
    code: str | int | None = None
    type: str | None = None


class _Chunk(Struct):
    choices: list[_Choice] = []
    model: str | None = None
    usage: TokenCounts | None = None
    error: _Fault | str | None = None


_decoder = msgspec.json.Decoder(_Chunk)


class StreamedAnswer:
    """`model` and `prompt`: what was asked. `on_text` gets the text, in order; what it raises is not caught."""

    def __init__(self, model: str, prompt: str, on_text: Callable[[str], None]) -> None:
        self.done = False
        """The provider said that nothing follows."""
        self._model = model
        self._prompt = prompt
        self._on_text = on_text
        self._events = EventReader()
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._finish_reason: str | None = None
        self._usage: TokenCounts | None = None
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Tell the text in it, at once. Raises ProviderError, after the text that came before the fault."""
        known = len(self._content)
        try:
            for event in self._events.feed(piece):
                self._take(event)
        except (*UNREADABLE, EventTooLong) as error:
            raise unreadable() from error
        finally:
            if len(self._content) > known:
                self._on_text("".join(self._content[known:]))

    def completion(self) -> Completion:
        """Raises ProviderError where the stream ended before the answer did."""
        if not (self.done or self._finish_reason):
            raise connection_lost(sent=True)
        if not self._begun:
            raise unreadable()
        content = "".join(self._content)
        return Completion(
            content=content,
            model=self._model,
            refusal=storable("".join(self._refusal)),
            finish_reason=self._finish_reason or "",
            usage=usage_of(self._usage, self._prompt, content),
        )

    def _take(self, event: Event) -> None:
        if self.done or event.data == _DONE:
            self.done = True
            return
        chunk = _decoder.decode(event.data)
        if chunk.error is not None or event.name == b"error":
            raise _failure(chunk.error)
        if chunk.choices:
            self._hear(chunk.choices[0])
        self._model = chunk.model or self._model
        self._usage = chunk.usage or self._usage

    def _hear(self, choice: _Choice) -> None:
        self._begun = True
        self._finish_reason = choice.finish_reason or self._finish_reason
        if (delta := choice.delta) is None:
            return
        if delta.content and (text := storable(delta.content)):
            self._content.append(text)
        if delta.refusal:
            self._refusal.append(delta.refusal)


def _failure(fault: _Fault | str | None) -> ProviderError:
    if isinstance(fault, _Fault):
        return failed_midway(str(fault.code or ""), fault.type or "")
    return failed_midway(fault or "", "")
