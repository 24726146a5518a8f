"""A stream's bytes as they came, turned into what its client saw of the text. Pure: it is done after the load."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Any

import msgspec
from msgspec import Struct

from pressroom_devstack.fake_openai.texts import pieces_of

_EVENT = re.compile(rb"event: (\w+)\ndata: (.*)\n\n")
"""The servers send whole events in each chunk of their HTTP/1.1 answer, so that its framing cannot cut one."""
_PROMPT_SUFFIX = " edition "


class Piece(Struct, frozen=True):
    """Bytes that came at once, and when, in seconds of the epoch."""

    at: float
    data: bytes


class Heard(Struct, frozen=True):
    """What one client saw. Times are seconds of the epoch."""

    number: int
    began: float
    """When the request was sent."""
    ended: float
    ending: str
    """The last event; empty where there was none."""
    job_id: str
    digest: str
    """Of the text that the client has put together."""
    faults: int
    """Deltas that did not go on where the text ended."""
    deltas: Sequence[float]
    """When each piece of the text came."""
    tokens: Sequence[float]
    """When each token of the text came."""


def heard(number: int, began: float, ended: float, pieces: Sequence[Piece]) -> Heard:
    text, faults, ending, job_id = "", 0, "", ""
    deltas: list[tuple[float, int]] = []
    for at, name, data in _events(pieces):
        if name == "keyframe":
            text, deltas = "", []
        if name in {"delta", "keyframe"}:
            faults += data["offset"] != len(text)
            text += data["text"]
            deltas.append((at, len(text)))
        else:
            job_id = data.get("job_id", job_id)
            ending = name
    return Heard(
        number=number,
        began=began,
        ended=ended,
        ending=ending,
        job_id=job_id,
        digest=digest_of(text),
        faults=faults,
        deltas=[at for at, _ in deltas],
        tokens=_tokens(text, deltas),
    )


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def prompt_of(number: int) -> str:
    """Another one, and so another text, for each stream."""
    return f"Write a product text for a steel water bottle,{_PROMPT_SUFFIX}{number}"


def number_of(prompt: str) -> int:
    return int(prompt.rpartition(_PROMPT_SUFFIX)[2])


def _events(pieces: Sequence[Piece]) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """Each event, and when its last byte came."""
    ends = list(accumulate(len(piece.data) for piece in pieces))
    for event in _EVENT.finditer(b"".join(piece.data for piece in pieces)):
        at = pieces[bisect_left(ends, event.end())].at
        yield at, event[1].decode(), msgspec.json.decode(event[2])


def _tokens(text: str, deltas: Sequence[tuple[float, int]]) -> list[float]:
    """A token came with the delta that brought its last character."""
    lengths = [length for _, length in deltas]
    ends = accumulate(map(len, pieces_of(text)))
    return [deltas[bisect_left(lengths, end)][0] for end in ends]
