"""The monitor's reads, over internal HTTP: a signed token, a bounded wait, one clear problem when it is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp
import structlog

from pressroom_common.reads import Read, Stats, Workers
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_gateway.problems import Problem

logger = structlog.get_logger()
Answer = TypeVar("Answer", bound=Read)

_ALL_TENANTS = ServiceToken(issuer="gateway", audience="monitor", tenant_id="", role="super-admin")


class MonitorClient:
    """Inside `running()` there is a session. `seconds` bound each request as a whole."""

    def __init__(self, url: str, secret: str, seconds: float) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(timeout=self._timeout) as self._session:
            yield

    async def stats(self) -> Stats:
        return await self._read("/internal/stats", Stats)

    async def workers(self) -> Workers:
        return await self._read("/internal/workers", Workers)

    async def _read(self, path: str, answer: type[Answer]) -> Answer:
        """For super-admins: all tenants. Raises Problem."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {sign(_ALL_TENANTS, self._secret)}"}
        try:
            async with self._session.get(self._url + path, headers=headers, raise_for_status=True) as response:
                return answer.model_validate_json(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger.warning("the monitor did not answer", path=path, error=repr(error))
            raise _monitor_away() from error


def _monitor_away() -> Problem:
    return Problem(
        503,
        "unavailable",
        "The monitor, which keeps history and statistics, does not answer at the moment. Jobs run on without it: ask "
        "again in a few seconds.",
        headers={"Retry-After": "5"},
    )
