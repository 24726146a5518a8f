"""A gateway that answers as a test says, and a clock that only sleep moves."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from pressroom_client import AsyncPressroom, Pressroom, PressroomError, RetryPolicy

URL = "http://gateway"
KEY = "pr_k3v9x0qa_thisIsTheSecretPartOfTheKey"
ID = "0197a1b2-0000-7000-8000-000000000001"
ACCEPTED = {"id": ID, "status": "pending", "links": {"self": "…", "job": "…"}}


@dataclass(frozen=True)
class Live:
    """An answer that comes piece by piece; an exception breaks it off, and what can be called happens meanwhile."""

    pieces: tuple[bytes | Exception | Callable[[], object], ...]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> httpx2.Response:
        return httpx2.Response(200, headers={"Content-Type": "text/event-stream"} | self.headers, stream=_Pieces(self))


class _Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, live: Live) -> None:
        self._live = live

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._live.pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, bytes):
                yield piece
            else:
                piece()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


Answer = httpx2.Response | Exception | Live


def event(name: str, /, id_: str = "", **data: Any) -> bytes:
    """As the gateway writes it."""
    position = f"id: {id_}\n" if id_ else ""
    return f"{position}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def live(*pieces: bytes | Exception | Callable[[], object], **headers: str) -> Live:
    return Live(pieces, headers)


def answer(status: int = 200, body: Any = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=body, headers=named)


def problem(status: int, code: str, detail: str = "Do something else.", **headers: str) -> httpx2.Response:
    return answer(status, {"status": status, "code": code, "detail": detail}, **headers)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


class Gateway:
    """Gives one answer after the other; the last one again and again. Or what a function says."""

    def __init__(self, answers: Iterable[Answer] | Callable[[httpx2.Request], Answer]) -> None:
        self.heard: list[httpx2.Request] = []
        self.clock = Clock()
        self._answers = answers if callable(answers) else _in_turn(answers)

    def client(
        self,
        within: float | None = None,
        on_retry: Callable[[PressroomError, float], None] | None = None,
        **retries: Any,
    ) -> Pressroom:
        return Pressroom(
            URL,
            KEY,
            retries=RetryPolicy(**retries),
            transport=httpx2.MockTransport(self._handle),
            sleep=self.clock.sleep,
            clock=self.clock,
            within=within,
            on_retry=on_retry,
        )

    def aclient(self, **retries: Any) -> AsyncPressroom:
        policy = RetryPolicy(**retries)
        transport = httpx2.MockTransport(self._handle)
        return AsyncPressroom(URL, KEY, retries=policy, transport=transport, sleep=self.clock.asleep, clock=self.clock)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(request)
        given = self._answers(request)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, Live):
            return given.response()
        return httpx2.Response(given.status_code, headers=given.headers, content=given.content)


def _in_turn(answers: Iterable[Answer]) -> Callable[[httpx2.Request], Answer]:
    left = list(answers)

    def next_one(_request: httpx2.Request) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return next_one
