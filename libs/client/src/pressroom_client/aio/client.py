"""The client: one object, with the API's areas as its parts."""

import asyncio
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx2

from pressroom_client.admin_models import Features, Me
from pressroom_client.connection import Connection
from pressroom_client.errors import PressroomError
from pressroom_client.messages import Call, path
from pressroom_client.models import JobSummary, Readiness
from pressroom_client.retries import RetryPolicy
from pressroom_client.summaries import distinct, missing, timed_out

from .admin import AsyncAdmin
from .articles import AsyncArticles
from .batches import AsyncBatches
from .generations import AsyncGenerations
from .jobs import AsyncJobs
from .keys import AsyncKeys
from .pages import AsyncPages
from .prompts import AsyncPrompts
from .session import AsyncSession, OnRetry, Sleep
from .zuora import AsyncZuora


class AsyncPressroom:
    """Everything that the HTTP API does. Every method raises PressroomError, and nothing else of its own.

    Use it as a context manager, or call `close`. `transport`, `sleep` and `clock` are for tests.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout: float = 30.0,
        retries: RetryPolicy | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        within: float | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        """`timeout`: seconds that the gateway may be silent; `within`: seconds from now on for all calls together;
        `on_retry` is told why a request is sent again, and after how many seconds.

        Raises PressroomError for a URL or key that cannot be.
        """
        connection = Connection(url, api_key, timeout)
        self._session = AsyncSession(connection, retries or RetryPolicy(), transport, sleep, clock, within, on_retry)
        self._clock = clock
        self.generations = AsyncGenerations(self._session)
        self.jobs = AsyncJobs(self._session)
        self.articles = AsyncArticles(self._session)
        self.batches = AsyncBatches(self._session)
        self.prompts = AsyncPrompts(self._session)
        self.pages = AsyncPages(self._session)
        self.keys = AsyncKeys(self._session)
        self.zuora = AsyncZuora(self._session)
        self.admin = AsyncAdmin(self._session)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._session.origin!r})"

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.__aexit__(kind, error, trace)

    async def close(self) -> None:
        await self._session.close()

    async def me(self) -> Me:
        """Whom the key belongs to, and what it may do."""
        return await self._session.ask(Me, Call("GET", path("me")))

    async def features(self) -> dict[str, bool]:
        """What is available to the key: `sync`, say."""
        return (await self._session.ask(Features, Call("GET", path("features")))).features

    async def readiness(self) -> Readiness:
        """Whether the gateway reaches what it needs; no key is needed for it."""
        return await self._session.ask(Readiness, Call("GET", "/readyz", also=frozenset({503})))

    async def wait(
        self,
        ids: Iterable[UUID | str],
        *,
        timeout: float = 1200.0,
        interval: float = 3.0,
        on_progress: Callable[[JobSummary], None] | None = None,
    ) -> JobSummary:
        """Until all these jobs are over, asked for together every `interval` seconds.

        A gateway that goes away meanwhile is waited for. `on_progress` is given every summary. After `timeout` seconds:
        PressroomError `timed_out`; `not_found` for ids that do not exist.
        """
        wanted = distinct(ids)
        deadline = self._clock() + timeout
        summary: JobSummary | None = None
        while True:
            trouble: PressroomError | None = None
            try:
                summary = await self.jobs.summary(wanted)
            except PressroomError as error:
                if summary is None or not error.passing:
                    raise
                trouble = error
            else:
                _check(wanted, summary, on_progress)
                if summary.over == len(wanted):
                    return summary
            left = deadline - self._clock()
            if left <= 0:
                raise timed_out(timeout, summary, trouble)
            await self._session.sleep(min(interval, left))


def _check(wanted: Iterable[str], summary: JobSummary, on_progress: Callable[[JobSummary], None] | None) -> None:
    unknown = missing(wanted, summary)
    if unknown is not None:
        raise unknown
    if on_progress is not None:
        on_progress(summary)
