"""A gateway that answers as a test says, and a clock that only sleep moves."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx2

from pressroom_client import AsyncPressroom, Pressroom, RetryPolicy

URL = "http://gateway"
KEY = "pr_k3v9x0qa_thisIsTheSecretPartOfTheKey"
ID = "0197a1b2-0000-7000-8000-000000000001"
ACCEPTED = {"id": ID, "status": "pending", "links": {"self": "…", "job": "…"}}

Answer = httpx2.Response | Exception


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

    def client(self, **retries: Any) -> Pressroom:
        policy = RetryPolicy(**retries)
        transport = httpx2.MockTransport(self._handle)
        return Pressroom(URL, KEY, retries=policy, transport=transport, sleep=self.clock.sleep, clock=self.clock)

    def aclient(self, **retries: Any) -> AsyncPressroom:
        policy = RetryPolicy(**retries)
        transport = httpx2.MockTransport(self._handle)
        return AsyncPressroom(URL, KEY, retries=policy, transport=transport, sleep=self.clock.asleep, clock=self.clock)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(request)
        given = self._answers(request)
        if isinstance(given, Exception):
            raise given
        return httpx2.Response(given.status_code, headers=given.headers, content=given.content)


def _in_turn(answers: Iterable[Answer]) -> Callable[[httpx2.Request], Answer]:
    left = list(answers)

    def next_one(_request: httpx2.Request) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return next_one
