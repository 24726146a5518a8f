"""What the handlers share: the scenario in force and the list of calls."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from aiohttp import web

from .calls import Call, CallLog
from .scenario import Scenario

WRONG_KEY = "sk-wrong"


class Provider:
    """`scenario` is what it starts with, and what a reset brings back."""

    def __init__(self, scenario: Scenario, wrong_key: str = WRONG_KEY) -> None:
        self._initial = scenario
        self.scenario = deepcopy(scenario)
        self.log = CallLog()
        self._refused = f"Bearer {wrong_key}"

    def accepts(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") != self._refused

    @contextmanager
    def recorded(self, request: web.Request, *, kind: str, model: str, prompt: str, stream: bool) -> Iterator[Call]:
        """Lists the call while it is under way. Who answers sets the outcome; a client that goes away is one too."""
        request_id = request.headers.get("X-Client-Request-Id")
        call = self.log.begin(time.time(), kind=kind, model=model, stream=stream, prompt=prompt, request_id=request_id)
        try:
            yield call
        except (asyncio.CancelledError, ConnectionError):
            if call.outcome == "in_flight":
                call.outcome = "client_closed"
            raise
        finally:
            self.log.end(call, time.time())

    def reset(self) -> None:
        self.scenario = deepcopy(self._initial)
        self.log.reset()


PROVIDER = web.AppKey("provider", Provider)
