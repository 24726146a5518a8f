"""AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of what it encrypts.

A key is good for 2^32 seals, which is where random nonces begin to be likely to meet; a rotation begins anew.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Unreadable(Exception):
    """What was sealed does not open. The message says what to do, and holds no secret."""

    def __init__(self, key_id: str, detail: str) -> None:
        super().__init__(detail)
        self.key_id = key_id


class UnknownKey(Unreadable):
    """A row was sealed with a key that this process was not given."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            key_id,
            f"A row is encrypted with the key {key_id!r}, which ZUORA_SYNC_SECRET_KEYS does not have. Put it back; "
            "it may go once `rotate-keys` has ended.",
        )


class Damaged(Unreadable):
    """It was changed, belongs to another row, or the key of this id is another one."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            key_id,
            f"What was encrypted with the key {key_id!r} cannot be decrypted: the key of this id is another one now, "
            "or the row was changed by hand. Put the right key back, or give the secret anew.",
        )


@dataclass(frozen=True)
class Sealed:
    key_id: str
    data: bytes = field(repr=False)
    """Nonce, ciphertext and tag."""


class Vault:
    """Seals with the current key, and opens what any of the keys has sealed. Holds no state: threads may share it."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """`keys`: 32 bytes by id. Raises ValueError for other lengths, and where `current` is none of them."""
        if current not in keys:
            raise ValueError(f"the current key {current!r} is none of the keys")
        self._ciphers = {key_id: _cipher(key_id, key) for key_id, key in keys.items()}
        self.current = current

    def knows(self, key_id: str) -> bool:
        """Whether this process was given the key."""
        return key_id in self._ciphers

    def seal(self, plain: bytes, associated: bytes) -> Sealed:
        """`associated` is not stored: whoever opens it has to know it, too."""
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(self.current, nonce + self._ciphers[self.current].encrypt(nonce, plain, associated))

    def open(self, sealed: Sealed, associated: bytes) -> bytes:
        """Raises UnknownKey and Damaged."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise UnknownKey(sealed.key_id)
        nonce, encrypted = sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, encrypted, associated)
        except (InvalidTag, ValueError):
            raise Damaged(sealed.key_id) from None


def _cipher(key_id: str, key: bytes) -> AESGCM:
    if len(key) != 32:
        raise ValueError(f"the key {key_id!r} has {len(key)} bytes instead of 32")
    return AESGCM(key)
