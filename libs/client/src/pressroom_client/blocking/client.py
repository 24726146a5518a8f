"""The client: one object, with the API's areas as its parts."""

# Written by libs/client/write_blocking.py: edit aio/client.py instead.

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

from .admin import Admin
from .articles import Articles
from .batches import Batches
from .generations import Generations
from .jobs import Jobs
from .keys import Keys
from .pages import Pages
from .prompts import Prompts
from .session import OnRetry, Session, Sleep
from .zuora import Zuora


class Pressroom:
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
        transport: httpx2.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        within: float | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        """`timeout`: seconds that the gateway may be silent; `within`: seconds from now on for all calls together;
        `on_retry` is told why a request is sent again, and after how many seconds.

        Raises PressroomError for a URL or key that cannot be.
        """
        connection = Connection(url, api_key, timeout)
        self._session = Session(connection, retries or RetryPolicy(), transport, sleep, clock, within, on_retry)
        self._clock = clock
        self.generations = Generations(self._session)
        self.jobs = Jobs(self._session)
        self.articles = Articles(self._session)
        self.batches = Batches(self._session)
        self.prompts = Prompts(self._session)
        self.pages = Pages(self._session)
        self.keys = Keys(self._session)
        self.zuora = Zuora(self._session)
        self.admin = Admin(self._session)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._session.origin!r})"

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    def close(self) -> None:
        self._session.close()

    def me(self) -> Me:
        """Whom the key belongs to, and what it may do."""
        return self._session.ask(Me, Call("GET", path("me")))

    def features(self) -> dict[str, bool]:
        """What is available to the key: `sync`, say."""
        return (self._session.ask(Features, Call("GET", path("features")))).features

    def readiness(self) -> Readiness:
        """Whether the gateway reaches what it needs; no key is needed for it."""
        return self._session.ask(Readiness, Call("GET", "/readyz", also=frozenset({503})))

    def wait(
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
                summary = self.jobs.summary(wanted)
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
            self._session.sleep(min(interval, left))


def _check(wanted: Iterable[str], summary: JobSummary, on_progress: Callable[[JobSummary], None] | None) -> None:
    unknown = missing(wanted, summary)
    if unknown is not None:
        raise unknown
    if on_progress is not None:
        on_progress(summary)
