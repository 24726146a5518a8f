"""Files in an S3-compatible storage. What its errors mean is decided here, for all services."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from .errors import Refused, Unavailable
from .settings import StorageSettings

if TYPE_CHECKING:  # of the library's stubs alone
    from obstore.store import S3Credential

_REPETITIONS = 2
"""Of a request that met a 5xx, a 429 or a broken connection. What fails longer is our caller's to try again."""
_AT_A_TIME = 1000
"""Names of a listing."""
_STATUS = re.compile(r"status code: (\d{3})")
"""The library tells the status in its sentence; the class of the error is another one for each sort of request."""
_WRONG_REGION = "redirect without LOCATION"
_PASSING = frozenset({408, 409, 425, 429})
_NOT_IMPLEMENTED = 501
_KEY_REFUSED = "refused our key. An operator has to check it, and what it may do."
_WORDS = {
    401: _KEY_REFUSED,
    403: _KEY_REFUSED,
    404: "has no such bucket. An operator has to make it, or to name another.",
}
_UNTRUSTED = "has no certificate that we trust for its name. An operator has to check its address and certificate."
_UNREACHABLE = {
    "InvalidCertificate(": _UNTRUSTED,
    "InvalidContentType": "speaks no TLS. An operator has to check its address: http instead of https, perhaps.",
    "Name or service not known": "has an address that nobody knows. An operator has to check it.",
}
"""No connection, and none the next time: the library tells the cause in its debugging text alone.

A name server that does not answer is told otherwise, and may pass.
"""
_LONGEST_REASON = 300


class Bucket:
    """`endpoint`: where clients find the storage, if not where we do. Every method raises Unavailable and Refused."""

    def __init__(self, settings: StorageSettings, endpoint: str = "") -> None:
        self._seconds = settings.s3_seconds
        address = _address(settings, endpoint or settings.s3_endpoint)
        self._store = S3Store(
            settings.s3_bucket,
            prefix=settings.s3_prefix or None,
            aws_endpoint_url_s3=address,
            region=settings.s3_region,
            credential_provider=lambda: _key(settings),
            skip_signature=False,
            virtual_hosted_style_request=not settings.s3_path_style,
            disable_bulk_delete=True,  # not every storage has it, and a job has but a few files
            client_options={"allow_http": address.startswith("http:"), "timeout": timedelta(seconds=2 * self._seconds)},
            retry_config={"max_retries": _REPETITIONS, "retry_timeout": timedelta(seconds=self._seconds)},
        )

    async def put(self, key: str, content: bytes, content_type: str) -> str:
        async with self._told():
            attributes = {"Content-Type": content_type}
            await obstore.put_async(self._store, key, content, attributes=attributes, use_multipart=False)
        return key

    async def delete(self, folder: str) -> None:
        """Where it takes too long, what is deleted stays so, and the next time goes on."""
        async with self._told():
            async for found in obstore.list(self._store, prefix=f"{folder}/", chunk_size=_AT_A_TIME):
                await obstore.delete_async(self._store, [each["path"] for each in found])

    async def signed(self, key: str, seconds: float) -> str:
        """An address that gives the file to whoever has it, for so many seconds. Nobody is asked whether it exists."""
        async with self._told():
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=seconds))

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """What the library raises, as what it means for us, within the deadline."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise Unavailable(f"the S3 storage did not answer within {self._seconds:g} s") from error
        except (BaseError, FileNotFoundError) as error:  # the same status comes as one or the other
            raise _failure(str(error)) from error


def _key(settings: StorageSettings) -> "S3Credential":
    """Told in this way nothing is taken from AWS_… variables, which are about other things: no session, no role."""
    return {
        "access_key_id": settings.s3_access_key_id.get_secret_value(),
        "secret_access_key": settings.s3_secret_access_key.get_secret_value(),
        "expires_at": None,
    }


def _failure(told: str) -> Exception:
    found = _STATUS.search(told)
    status = int(found[1]) if found else 0
    if status in _WORDS:
        return Refused(f"The S3 storage {_WORDS[status]}")
    for cause, words in _UNREACHABLE.items() if not found else ():
        if cause in told:
            return Refused(f"The S3 storage {words}")
    hopeless = 400 <= status < 500 and status not in _PASSING
    if hopeless or status == _NOT_IMPLEMENTED or _WRONG_REGION in told:
        return Refused("The S3 storage refused the request. An operator has to check its address and region.")
    return Unavailable(f"the S3 storage failed: {told.partition(chr(10))[0][:_LONGEST_REASON]}")


def _address(settings: StorageSettings, endpoint: str) -> str:
    """With the bucket, where it stands in the host."""
    parts = urlsplit(endpoint or f"https://s3.{settings.s3_region}.amazonaws.com")
    return f"{parts.scheme}://{'' if settings.s3_path_style else f'{settings.s3_bucket}.'}{parts.netloc}"
