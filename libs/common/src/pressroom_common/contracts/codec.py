"""JSON of the contracts."""

from typing import Any, Generic, TypeVar

import msgspec

from pressroom_common.errors import Undecodable

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    return _encoder.encode(message)


class Decoder(Generic[T]):
    """Decodes bodies of one union of messages. Unknown fields are passed over: a newer sender may add them."""

    def __init__(self, type_: Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(type_)

    def __call__(self, body: bytes) -> T:
        """Raises Undecodable with the reason."""
        try:
            return self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Undecodable(str(error)) from error


def decoder(type_: type[T]) -> Decoder[T]:
    return Decoder(type_)
