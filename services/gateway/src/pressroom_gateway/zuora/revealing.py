"""A client's wish as it is handed on: its secrets in the clear, for the one request that carries them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr


def revealed(wish: BaseModel) -> dict[str, Any]:
    """Of the fields that were given. Keep it nowhere."""
    return {name: _plain(getattr(wish, name)) for name in wish.model_fields_set}


def _plain(value: Any) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case BaseModel():
            return revealed(value)
        case str():
            return value
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case Sequence():
            return [_plain(each) for each in value]
        case _:
            return value
