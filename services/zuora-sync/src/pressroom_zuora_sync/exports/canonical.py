"""Whether an export changed: a hash of its JSON that order of keys and blanks do not change."""

import hashlib

import msgspec

from .records import Export

_encoder = msgspec.json.Encoder(order="sorted")


def canonical_hash(export: Export) -> bytes:
    """SHA-256 of the unredacted JSON with sorted keys: a changed secret is a change."""
    return hashlib.sha256(_encoder.encode(export.document)).digest()
