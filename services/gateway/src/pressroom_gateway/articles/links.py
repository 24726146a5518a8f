"""Addresses of files that carry their own permission: whoever has one may read the file for a while."""

import hashlib
import hmac
import time
from collections.abc import Callable
from urllib.parse import quote

from pressroom_gateway.problems import forbidden, not_found

from .keys import is_file_key

_PURPOSE = b"pressroom: addresses of files, v1"


class FileLinks:
    """`secret`: the installation's; what signs is derived from it. `seconds` that an address works."""

    def __init__(
        self, secret: bytes, seconds: float, public_url: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        self._key = hmac.digest(secret, _PURPOSE, hashlib.sha256)
        self._seconds = seconds
        self._public_url = public_url
        self._clock = clock

    def url(self, key: str) -> str:
        expires = int(self._clock() + self._seconds)
        return f"{self._public_url}/v1/files/{quote(key)}?expires={expires}&signature={self._signature(key, expires)}"

    def check(self, key: str, expires: int, signature: str) -> float:
        """The seconds that the address still works. Raises Problem."""
        if not is_file_key(key):
            raise not_found("file")
        if not hmac.compare_digest(self._signature(key, expires), signature):
            raise forbidden("The address was changed. Take it from the answer of its article as it is.")
        left = expires - self._clock()
        if left <= 0:
            raise forbidden("The address has expired. Get the article again: its answer has a new one.")
        return left

    def _signature(self, key: str, expires: int) -> str:
        return hmac.new(self._key, f"{expires}\n{key}".encode(), hashlib.sha256).hexdigest()
