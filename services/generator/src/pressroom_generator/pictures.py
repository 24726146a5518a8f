"""A provider's answer to a request for a picture: bytes in, a drawing out."""

import base64
import binascii

import msgspec
from msgspec import Struct

from pressroom_common.contracts import Usage

from .answers import UNREADABLE
from .classification import unreadable
from .ports import Drawing


class _Picture(Struct):
    b64_json: str | None = None


class _Tokens(Struct):
    input_tokens: int = 0
    output_tokens: int = 0


class _Answer(Struct):
    data: list[_Picture]
    usage: _Tokens | None = None


_decoder = msgspec.json.Decoder(_Answer)


def read_drawing(body: bytes) -> Drawing:
    """Raises ProviderError where it cannot be read."""
    try:
        answer = _decoder.decode(body)
        content = base64.b64decode(answer.data[0].b64_json or "", validate=True)
    except (*UNREADABLE, IndexError, binascii.Error, ValueError) as error:
        raise unreadable() from error
    return Drawing(content=content, usage=_usage(answer.usage))


def _usage(told: _Tokens | None) -> Usage:
    if told is None:
        return Usage(calls=1, estimated_calls=1)
    return Usage(calls=1, input_tokens=told.input_tokens, output_tokens=told.output_tokens)
