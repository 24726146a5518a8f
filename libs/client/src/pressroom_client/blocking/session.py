"""Calls over HTTP, tried again where that is safe."""

# Written by libs/client/write_blocking.py: edit aio/session.py instead.

import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from pressroom_client.connection import Connection
from pressroom_client.errors import PressroomError
from pressroom_client.messages import (
    LARGEST_PAGE,
    USER_AGENT,
    Call,
    arguments,
    read,
    trouble_of,
    trouble_without_answer,
)
from pressroom_client.models import Listing
from pressroom_client.retries import Interrupted, RetryPolicy, Safety, Trouble

Model = TypeVar("Model")
Sleep = Callable[[float], None]
OnRetry = Callable[[PressroomError, float], None]
"""Told why a request is sent again, and after how many seconds."""
_LEAST_SECONDS = 1.0


class Session:
    def __init__(
        self,
        connection: Connection,
        retries: RetryPolicy,
        transport: httpx2.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        within: float | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        """`within`: seconds from now on, after which no try begins; one that was begun has a second at least."""
        self.origin = connection.origin
        self.ends = math.inf if within is None else clock() + within
        self.sleep = sleep
        self.clock = clock
        self._retries = retries
        self._on_retry = on_retry
        self._seconds = connection.seconds
        self._http = httpx2.Client(
            base_url=connection.url,
            headers={"Authorization": f"Bearer {connection.key}", "User-Agent": USER_AGENT},
            timeout=connection.timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.__exit__(kind, error, trace)

    def close(self) -> None:
        self._http.close()

    def ask(self, model: type[Model], call: Call) -> Model:
        """Raises PressroomError."""
        return read(model, self.send(call))

    def send(self, call: Call) -> httpx2.Response:
        """Raises PressroomError, for answers from 400 up as well, and for redirections."""
        tried = 0
        while True:
            tried += 1
            outcome = self._try(call)
            if isinstance(outcome, httpx2.Response):
                return outcome
            self.pause(tried, outcome, call.safety, tell=self._on_retry)

    def pause(
        self,
        tried: int,
        trouble: Trouble,
        safety: Safety,
        most: float = math.inf,
        *,
        tell: OnRetry | None = None,
    ) -> None:
        """Before the next try, `most` seconds. Raises PressroomError where there is none."""
        wait = self._retries.wait(tried, trouble, safety, random.random())  # noqa: S311 - no secret is made
        if wait is None or self.clock() + min(wait, most) > self.ends:
            raise trouble.error
        if tell is not None:
            tell(trouble.error, wait)
        self.sleep(min(wait, most))

    @contextmanager
    def opened(self, call: Call) -> Iterator[httpx2.Response]:
        """One try, whose answer is read as it comes. Raises Interrupted, also while it is read."""
        request = self._request(call)
        try:
            response = self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    raise Interrupted(trouble_of(response))
                yield response
            finally:
                response.close()
        except httpx2.TransportError as error:
            raise Interrupted(trouble_without_answer(error, self.origin)) from error
        except httpx2.HTTPError as error:
            raise _no_http(self.origin) from error

    def pages(
        self,
        model: type[Model],
        path: str,
        query: dict[str, Any],
        most: int | None,
        largest: int = LARGEST_PAGE,
        seconds: float | None = None,
    ) -> Iterator[Model]:
        """All items of a list, or so many, page by page as they are asked for. Raises PressroomError.

        `largest`: items of a page; it may have fewer. `seconds`: as of a Call.
        """
        left, cursor = most, None
        while left is None or left > 0:
            size = largest if left is None else min(left, largest)
            call = Call("GET", path, query | {"limit": size, "cursor": cursor}, seconds=seconds)
            page: Listing[Model] = self.ask(Listing[model], call)  # type: ignore[valid-type]
            yield from page.items[:size]
            left = None if left is None else left - len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return

    def _request(self, call: Call) -> httpx2.Request:
        if self.ends < math.inf:
            left = max(self.ends - self.clock(), _LEAST_SECONDS)
            call = replace(call, seconds=min(call.seconds or self._seconds, left))
        request = self._http.build_request(call.method, call.path, **arguments(call))
        if call.keyless:
            del request.headers["Authorization"]
        return request

    def _try(self, call: Call) -> httpx2.Response | Trouble:
        request = self._request(call)
        try:
            response = self._http.send(request, follow_redirects=call.keyless)
        except httpx2.TransportError as error:
            return trouble_without_answer(error, self.origin)
        except httpx2.HTTPError as error:
            raise _no_http(self.origin) from error
        return response if response.is_success or response.status_code in call.also else trouble_of(response)


def _no_http(origin: str) -> PressroomError:
    return PressroomError(0, "unreadable", f"{origin} answered what is no HTTP.")
