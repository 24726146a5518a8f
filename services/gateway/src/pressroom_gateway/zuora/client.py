"""zuora-sync over internal HTTP: a signed token, a bounded wait, its refusals as problems, one clear problem when it is
away. What is sent and answered may hold secrets: nothing of it is logged.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import structlog

from pressroom_common.reads import Read
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import Problem

from .measures import ZuoraMetrics
from .refusals import AT_FAULT, away, not_set_up, problem_of

logger = structlog.get_logger()
Answer = TypeVar("Answer", bound=Read)

_LONGEST_REFUSAL = 100_000
"""Bytes that are read of one."""
_LONGEST_ANSWER = 16_000_000
"""Bytes of an answer that is read as a whole. zuora-sync's own bounds are far below."""
_DELETING = 6
"""Times as long as another answer may take."""


class ZuoraSyncClient:
    """Inside `running()` there is a session. `seconds` bound each request as a whole, unless told otherwise."""

    def __init__(self, url: str, secret: str, seconds: float, metrics: ZuoraMetrics) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._seconds = seconds
        self._metrics = metrics
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(auto_decompress=True) as self._session:
            yield

    async def ask(
        self,
        answer: type[Answer],
        principal: Principal,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Under `/internal`, on behalf of the key's tenant. Raises Problem."""
        async with self.opened(principal, method, path, query=query, body=body, seconds=seconds) as response:
            content = await _whole(response)
        try:
            return answer.model_validate_json(content)
        except ValueError as error:  # it would repeat what it read
            logger.error("zuora-sync answered otherwise than agreed", method=method, path=path)  # noqa: TRY400
            raise away() from error

    async def delete(self, principal: Principal, path: str) -> None:
        """With all that belongs to it, which takes a while. Raises Problem."""
        async with self.opened(principal, "DELETE", path, seconds=self._seconds * _DELETING):
            pass

    @asynccontextmanager
    async def opened(
        self,
        principal: Principal,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        silence: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer below 400, to be read inside. `silence`: it may last, but not be silent for so long.

        Raises Problem, also for a connection that breaks while it is read.
        """
        if not self._url:
            raise not_set_up()
        assert self._session is not None
        total = None if silence else seconds or self._seconds
        try:
            async with self._session.request(
                method,
                f"{self._url}/internal{path}",
                params=query,
                json=body,
                headers={"Authorization": f"Bearer {self._token(principal)}"},
                timeout=aiohttp.ClientTimeout(total=total, sock_connect=self._seconds, sock_read=silence),
                allow_redirects=False,
            ) as response:
                if response.status >= 300:
                    raise await self._refusal(response)
                self._metrics.requests.labels("answered").inc()
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            self._metrics.requests.labels("away").inc()
            logger.warning("zuora-sync did not answer", method=method, path=path, error=type(error).__name__)
            raise away() from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> Problem:
        content = await response.content.read(_LONGEST_REFUSAL)
        self._metrics.requests.labels("away" if response.status in AT_FAULT else "refused").inc()
        problem = problem_of(response.status, content, response.headers.get("Retry-After"))
        if response.status in AT_FAULT:
            logger.error("zuora-sync failed", path=response.url.path, status=response.status)
        return problem

    def _token(self, principal: Principal) -> str:
        token = ServiceToken("gateway", "zuora-sync", str(principal.tenant_id), principal.role.value)
        return sign(token, self._secret)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """Raises Problem where it is longer than any answer that was agreed."""
    content = bytearray()
    async for piece in response.content.iter_chunked(65_536):
        content += piece
        if len(content) > _LONGEST_ANSWER:
            logger.error("zuora-sync answered too much", path=response.url.path)
            raise away()
    return bytes(content)
