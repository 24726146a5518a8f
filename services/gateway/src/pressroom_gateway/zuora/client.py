"""zuora-sync over internal HTTP: a signed token, a bounded wait, its refusals as problems, one clear problem when it is
away. What is sent and answered may hold secrets: nothing of it is logged.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import structlog

from pressroom_common.reads import Read
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import Problem

from .measures import ZuoraMetrics
from .places import Places
from .refusals import AT_FAULT, answer_too_large, away, not_set_up, problem_of

logger = structlog.get_logger()
Answer = TypeVar("Answer", bound=Read)

LONGEST_ANSWER = 32_000_000
"""Bytes that are held of one: as objects they take many times as much. Exports are larger, and handed on in pieces."""
_LONGEST_REFUSAL = 100_000
"""Bytes that are read of one."""
_DELETING = 6
"""Times as long as another answer may take."""
_OPENING = 60.0
"""Seconds of what opens exports: they may be large, and requests wait for each other."""
_MOST, _MOST_OPENING = 32, 8
"""Calls of a tenant at once: of all that answer soon, and of those that open exports."""
_PATIENCE = 5.0
"""Seconds that one more waits for its place."""


class ZuoraSyncClient:
    """Inside `running()` there is a session. `seconds` bound each request as a whole, unless told otherwise.

    `opens`: the request opens exports, so that it may take long, and a tenant may have few of them at once.
    """

    def __init__(self, url: str, secret: str, seconds: float, metrics: ZuoraMetrics) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._seconds = seconds
        self._metrics = metrics
        self._session: aiohttp.ClientSession | None = None
        self._places = {
            False: Places("Zuora", _MOST, _PATIENCE),
            True: Places("what opens exports", _MOST_OPENING, _PATIENCE),
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=0)  # tenants would share a limit of its own: the places bound each
        async with aiohttp.ClientSession(connector=connector, auto_decompress=True) as self._session:
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
        opens: bool = False,
    ) -> Answer:
        """Under `/internal`, on behalf of the key's tenant. Raises Problem."""
        content = await self.read(principal, method, path, query=query, body=body, seconds=seconds, opens=opens)
        try:
            return answer.model_validate_json(content)
        except ValueError as error:  # it would repeat what it read
            logger.error("zuora-sync answered otherwise than agreed", method=method, path=path)  # noqa: TRY400
            raise away() from error

    async def read(
        self,
        principal: Principal,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        opens: bool = False,
    ) -> bytes:
        """An answer as it is, of at most LONGEST_ANSWER. Raises Problem."""
        content = bytearray()
        asked = self.opened(principal, method, path, query=query, body=body, seconds=seconds, opens=opens)
        async with asked as response:
            async for piece in response.content.iter_any():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    logger.warning("zuora-sync answered more than is taken", method=method, path=path)
                    raise answer_too_large()
        return bytes(content)

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
        opens: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer below 400, to be read inside. `silence`: it may last, but not be silent for so long.

        Raises Problem, also for a connection that breaks while it is read, and 429 where the tenant has too many.
        """
        if not self._url:
            raise not_set_up()
        total = None if silence else seconds or (_OPENING if opens else self._seconds)
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=self._seconds, sock_read=silence)
        async with self._places[opens].of(principal.tenant_id):
            try:
                async with self._sent(principal, method, path, query, body, timeout) as response:
                    if response.status >= 300:
                        raise await self._refusal(response)
                    self._metrics.requests.labels("answered").inc()
                    yield response
            except (aiohttp.ClientError, TimeoutError) as error:
                self._metrics.requests.labels("away").inc()
                logger.warning("zuora-sync did not answer", method=method, path=path, error=type(error).__name__)
                raise away() from error

    def _sent(
        self,
        principal: Principal,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        timeout: aiohttp.ClientTimeout,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        assert self._session is not None
        return self._session.request(
            method,
            f"{self._url}/internal{path}",
            params=query,
            json=body,
            headers={"Authorization": f"Bearer {self._token(principal)}"},
            timeout=timeout,
            allow_redirects=False,
        )

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
