"""The bucket in which generators leave files: clients are sent there."""

from pressroom_common.bucket import Bucket

from .keys import is_file_key

_LONGEST = 300.0
"""Seconds. A client that was sent there goes at once; who is given the address by him comes too late."""


class FileBucket:
    """Addresses of its files are signed here: nobody is asked whether there is one."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def find(self, key: str, seconds: float) -> str | None:
        if not is_file_key(key):
            return None
        return await self._bucket.signed(key, max(1.0, min(seconds, _LONGEST)))
