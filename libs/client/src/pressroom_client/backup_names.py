"""Where a backup keeps what: `customer/environment/name-id.json`, in names that every file system takes. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from uuid import UUID

from .zuora_models import Environment, Export

_UNSAFE = re.compile(r"[^\w .()+=@,-]")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}
)
_LONGEST = 100
"""Bytes of a name: with its id and ending it stays far below what file systems take."""


def safe_name(name: str) -> str:
    """No separators, no control characters, nothing hidden, nothing that a system keeps for itself."""
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFC", name)).strip(" .-")
    cut = plain.encode()[:_LONGEST].decode("utf-8", "ignore").rstrip(" .-") or "unnamed"
    return f"{cut}-" if cut.partition(".")[0].lower() in _RESERVED else cut


def folders(environments: Iterable[Environment]) -> dict[UUID, PurePosixPath]:
    """By the environments' ids. Where names would share a folder, also in small letters, ids tell them apart."""
    known = list(environments)
    customers = _apart({each.customer_id: each.customer for each in known})
    places = {each.id: customers[each.customer_id] / safe_name(each.name) for each in known}
    shared = Counter(_folded(place) for place in places.values())
    return {
        key: place.with_name(f"{place.name} {_end(key)}") if shared[_folded(place)] > 1 else place
        for key, place in places.items()
    }


def file_name(export: Export) -> str:
    return f"{safe_name(export.name)}-{export.zuora_id}.json"


def _apart(names: dict[UUID, str]) -> dict[UUID, PurePosixPath]:
    places = {key: PurePosixPath(safe_name(name)) for key, name in names.items()}
    shared = Counter(_folded(place) for place in places.values())
    return {
        key: PurePosixPath(f"{place} {_end(key)}") if shared[_folded(place)] > 1 else place
        for key, place in places.items()
    }


def _folded(place: PurePosixPath) -> str:
    return str(place).casefold()


def _end(key: UUID) -> str:
    """Of ids the beginning is a time, which several may share."""
    return key.hex[-8:]
