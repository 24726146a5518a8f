"""API keys: `pr_<prefix>_<secret>`. The database knows the prefix and a keyed hash, so a stolen copy opens nothing."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_PREFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX_LENGTH = 8
_SECRET_BYTES = 32
_KEY = re.compile(r"pr_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class NewKey:
    text: str
    """Shown once, then forgotten."""
    prefix: str
    """Finds the key's row, and tells people which key it is."""
    digest: bytes


def make_key(pepper: bytes) -> NewKey:
    """A new key with 256 random bits."""
    prefix = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(_PREFIX_LENGTH))
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()
    text = f"pr_{prefix}_{secret}"
    return NewKey(text, prefix, digest_of(text, pepper))


def prefix_of(text: str) -> str | None:
    """The prefix of what looks like a key; None for anything else, which then costs no query."""
    match = _KEY.fullmatch(text)
    return match[1] if match else None


def digest_of(text: str, pepper: bytes) -> bytes:
    """HMAC-SHA256. A slow hash would protect nothing here: 256 random bits cannot be guessed."""
    return hmac.digest(pepper, text.encode(), hashlib.sha256)


def matches(text: str, pepper: bytes, digest: bytes) -> bool:
    """In constant time."""
    return hmac.compare_digest(digest_of(text, pepper), digest)
