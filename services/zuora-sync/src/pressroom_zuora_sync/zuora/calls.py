"""A call with all that belongs to it: a place in the queue, a token, another try. What comes out was understood."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from . import answers
from .answers import Envelope, Understood
from .errors import ZuoraError
from .headers import allowance, asked_wait
from .hosts import allowed_origin
from .pacing import Pacing, Slot
from .ports import Meter, Operation
from .records import Credentials, Limits
from .tokens import Account, Granted, Tokens
from .tries import Tries
from .wire import Answer, Call, Wire

T = TypeVar("T")

_MOST_TRACKED = 64
_NOT_TRACKED = frozenset(":;\"'")


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all environments of a process share."""

    limits: Limits
    wire: Wire
    tokens: Tokens
    meter: Meter


class Caller:
    """For one environment."""

    def __init__(self, credentials: Credentials, shared: Shared, pacing: Pacing, track_id: str) -> None:
        self._credentials = credentials
        self._shared = shared
        self._pacing = pacing
        self._track_id = _tracked(track_id)

    async def get(
        self, operation: Operation, path: str, query: Mapping[str, str], kept: AsyncExitStack | None = None
    ) -> Understood:
        """`kept`: as of `Zuora.export`. Raises ZuoraError, after as many tries as make sense."""
        origin = self._origin()
        call = Call(f"{origin}{path}", self._headers(), query)

        async def once() -> Understood:
            async with AsyncExitStack() as places:  # a try that fails gives its place back before the next one
                understood = await self._tried(operation, origin, call, places)
                if kept is not None:
                    kept.push_async_exit(places.pop_all())
                return understood

        return await self._until_it_works(once)

    async def renew_token(self) -> None:
        """Asks for one even where there is one. Raises ZuoraError."""
        origin = self._origin()
        self._shared.tokens.forget(self._account(origin))
        await self._until_it_works(lambda: self._token_alone(origin))

    def _origin(self) -> str:
        return allowed_origin(self._credentials.base_url, self._shared.limits.origins)

    def _account(self, origin: str) -> Account:
        return Account.of(origin, self._credentials.client_id, self._credentials.secret.get_secret_value())

    async def _until_it_works(self, attempt: Callable[[], Awaitable[T]]) -> T:
        tries = Tries(self._shared.limits, random.uniform)
        while True:
            try:
                return await attempt()
            except ZuoraError as error:
                wait = tries.wait_after(error)
                if wait is None:
                    raise
            self._shared.meter.waited("retry", wait)
            await asyncio.sleep(wait)

    async def _token_alone(self, origin: str) -> None:
        async with self._pacing.slot() as slot:
            await self._token(slot, origin)

    async def _tried(self, operation: Operation, origin: str, call: Call, kept: AsyncExitStack) -> Understood:
        """A token that is refused is renewed once: it may have ended, or have been revoked.

        It is asked for in the call's own place of the queue: one that waits in the queue ends meanwhile.
        """
        async with self._pacing.slot() as slot:
            token = await self._token(slot, origin)
            try:
                return await self._sent(slot, operation, _authorized(call, token), token, kept)
            except ZuoraError as error:
                if error.code != "bad_credentials":
                    raise
            token = await self._token(slot, origin, refused=token)
            return await self._sent(slot, operation, _authorized(call, token), token, kept)

    async def _token(self, slot: Slot, origin: str, refused: str | None = None) -> str:
        return await self._shared.tokens.get(self._account(origin), partial(self._granted, slot, origin), refused)

    async def _granted(self, slot: Slot, origin: str) -> Granted:
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        call = Call(f"{origin}/oauth/token", self._headers(), {}, form)
        async with AsyncExitStack() as places:
            answer = await self._sent(slot, "token", call, "", places)
        token, seconds = answers.value(answer.envelope.access_token), answers.value(answer.envelope.expires_in)
        if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
            raise answers.malformed("it has no access token")
        return Granted(token, float(seconds) if isinstance(seconds, int | float) else 0.0)

    async def _sent(self, slot: Slot, operation: Operation, call: Call, token: str, kept: AsyncExitStack) -> Understood:
        """One call, measured; what became of it sets the pace. Raises ZuoraError."""
        started, outcome = time.monotonic(), "aborted"
        try:
            understood = await self._understood(slot, operation, call, token, kept)
        except ZuoraError as error:
            outcome = error.code
            _set_pace(slot, error, self._shared.limits.longest_wait)
            raise
        else:
            outcome = "ok"
            slot.succeeded()
            return understood
        finally:
            self._shared.meter.called(operation, outcome, time.monotonic() - started)

    async def _understood(
        self, slot: Slot, operation: Operation, call: Call, token: str, kept: AsyncExitStack
    ) -> Understood:
        answer = await self._shared.wire.answer(call, kept)
        longest = self._shared.limits.longest_wait
        if allowed := allowance(answer.headers, longest):
            slot.told(*allowed)
        envelope = answers.opened(answer.body)
        status = answers.meaning(answer.status, envelope)
        words, wait = self._words(envelope, token), self._wait(answer, status)
        if refusal := answers.refusal(operation, status, words, wait, answers.writer(envelope)):
            raise refusal
        if envelope is None:
            raise answers.malformed("it is no whole JSON object")
        return Understood(answer.body, envelope)

    def _headers(self) -> dict[str, str]:
        """Of each call, also of the one for a token. Raises ZuoraError."""
        headers = {"Zuora-Track-Id": self._track_id} if self._track_id else {}
        if entity := self._credentials.entity_id:
            if not (entity.isascii() and entity.isprintable()):
                raise ZuoraError("bad_entity", "The entity id is none: correct it, or leave it out.", "configuration")
            headers["Zuora-Entity-Ids"] = entity
        return headers

    def _words(self, envelope: Envelope | None, token: str) -> answers.Said:
        secrets = (self._credentials.secret.get_secret_value(), token)
        return answers.said(envelope, secrets)

    def _wait(self, answer: Answer, status: int) -> float | None:
        if status not in {429, 503}:
            return None
        return asked_wait(answer.headers, datetime.now(UTC))


def _set_pace(slot: Slot, error: ZuoraError, longest: float) -> None:
    if error.code == "rate_limited":
        slot.pushed_back(None if error.retry_after is None else min(error.retry_after, longest))
    elif error.code == "unavailable":
        slot.failed()
    else:
        slot.succeeded()  # it was answered


def _authorized(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


def _tracked(track_id: str) -> str:
    """As Zuora takes it: 64 ASCII characters, without some."""
    fit = (c for c in track_id if c.isascii() and c.isprintable() and c not in _NOT_TRACKED)
    return "".join(fit)[:_MOST_TRACKED]
