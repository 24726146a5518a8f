"""One HTTP call at a time: connections, deadlines, the cap. What it means is for others to say."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import aiohttp

from .bodies import Cut, Place, TooLarge, read_body
from .budget import Budget
from .errors import ZuoraError
from .records import Limits

_MOST_OF_ERRORS = 64 * 1024
"""Bytes of an answer that says what went wrong: longer ones are not read."""
_AGENT = "Pressroom"


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """`form`: posted; without it, the call is a GET. No text of it shows tokens or secrets."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str]
    form: Mapping[str, str] | None = field(default=None, repr=False)


class Wire:
    """One per process. Inside `running()`, there are connections: none is shared by way of cookies, no redirect is
    followed, no proxy of the surroundings is used."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._budget = Budget(limits.body_bytes, limits.most_bytes)
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._limits.connecting, sock_read=self._limits.silence
        )
        async with aiohttp.ClientSession(
            auto_decompress=False,  # read_body does it, under the cap
            connector=aiohttp.TCPConnector(limit=0),  # the pacing bounds them
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": _AGENT},
            timeout=timeout,
        ) as self._session:
            yield

    async def answer(self, call: Call, kept: AsyncExitStack) -> Answer:
        """A larger answer keeps its places among those in memory until `kept` is left.

        Raises ZuoraError where there is no answer: `unavailable`, `export_too_large`. Without a cause: those of aiohttp
        hold the call's headers, and so its token.
        """
        try:
            async with asyncio.timeout(self._limits.deadline) as deadline:
                return await self._answered(call, partial(self._place, deadline), kept)
        except TooLarge:
            raise self._too_large() from None
        except TimeoutError:
            raise _unavailable("did not answer in time") from None
        except Cut:
            raise _unavailable("broke its answer off") from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
            raise _unavailable("broke the connection off") from None
        except (aiohttp.ClientError, OSError) as error:
            raise _unavailable(f"could not be reached ({type(error).__name__})") from None

    async def _answered(self, call: Call, place: Place, kept: AsyncExitStack) -> Answer:
        assert self._session is not None, "running() was not entered"
        async with self._session.request(
            "GET" if call.form is None else "POST",
            call.url,
            headers=call.headers,
            params=call.query,
            data=call.form,
            allow_redirects=False,
        ) as response:
            return Answer(response.status, response.headers, await self._body(response, place, kept))

    async def _body(self, response: aiohttp.ClientResponse, place: Place, kept: AsyncExitStack) -> bytes:
        if response.status < 300:
            return await read_body(response, self._limits.most_bytes, place, kept)
        try:
            return await read_body(response, min(_MOST_OF_ERRORS, self._limits.most_bytes), place, kept)
        except (TooLarge, Cut, aiohttp.ClientPayloadError):
            return b""  # the status says enough

    @asynccontextmanager
    async def _place(self, deadline: asyncio.Timeout, above: int) -> AsyncIterator[None]:
        """Among the larger answers. It is not Zuora's fault that this is waited for: the deadline stands still."""
        now, ends = asyncio.get_running_loop().time, deadline.when()
        left = None if ends is None else ends - now()
        deadline.reschedule(None)
        async with self._budget.place(above):
            deadline.reschedule(None if left is None else now() + left)
            yield

    def _too_large(self) -> ZuoraError:
        detail = (
            f"The answer has more than {self._limits.most_bytes} bytes. An operator can raise this limit "
            "(ZUORA_SYNC_EXPORT_LIMIT_BYTES)."
        )
        return ZuoraError("export_too_large", detail, "permanent")


def _unavailable(what: str) -> ZuoraError:
    return ZuoraError("unavailable", f"Zuora {what}.", "transient")
