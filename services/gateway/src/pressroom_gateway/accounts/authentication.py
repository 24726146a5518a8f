"""From an `Authorization` header to a Principal."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from uuid import UUID

from pressroom_gateway import problems

from .key_cache import KeyCache, Verdict
from .keys import matches, prefix_of
from .last_used import LastUsed
from .ports import StoredKey, ValidKeys
from .principal import Principal

_SCHEME = "bearer "
_HOW = "Send `Authorization: Bearer <API key>`."


class Authenticator:
    """Asks the database once per key and `seconds`, however many requests come with it at a time."""

    def __init__(
        self,
        accounts: ValidKeys,
        pepper: bytes,
        used: LastUsed,
        *,
        seconds: float,
        size: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._pepper = pepper
        self._used = used
        self._seconds = seconds
        self._clock = clock
        self._cache = KeyCache(size, clock)
        self._flights: dict[bytes, asyncio.Task[Verdict]] = {}

    async def authenticate(self, authorization: str | None) -> Principal:
        """Raises 401, and Unavailable."""
        if authorization is None:
            raise problems.unauthenticated(f"The request names no API key. {_HOW}")
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            raise problems.unauthenticated(f"This kind of authorization is not known here. {_HOW}")
        principal = await self._principal(authorization[len(_SCHEME) :].strip())
        if principal is None:
            raise problems.unauthenticated("The API key is not valid: unknown, expired or revoked.")
        return principal

    def knows(self, authorization: str | None) -> bool:
        """Whether the key was valid when it was last asked for, and nobody has forgotten it since."""
        if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        return self._cache.knows(_token(authorization[len(_SCHEME) :].strip()))

    def forget(self, key_id: UUID) -> None:
        """A key was revoked here: at once, instead of within `seconds`."""
        self._cache.forget_key(key_id)

    async def _principal(self, key: str) -> Principal | None:
        token = _token(key)
        verdict = self._cache.find(token)
        if verdict is None:
            verdict = await self._find_out(token, key)
        return verdict.principal

    async def _find_out(self, token: bytes, key: str) -> Verdict:
        """Shielded: a client that goes away takes nothing from those who wait for the same answer."""
        flight = self._flights.get(token)
        if flight is None:
            flight = self._flights[token] = asyncio.create_task(self._look_up(token, key))
            flight.add_done_callback(lambda done: self._landed(token, done))
        return await asyncio.shield(flight)

    def _landed(self, token: bytes, flight: asyncio.Task[Verdict]) -> None:
        del self._flights[token]
        if not flight.cancelled():
            flight.exception()  # nobody may be left to hear of it

    async def _look_up(self, token: bytes, key: str) -> Verdict:
        asked = self._clock()  # the verdict is as old as the question: a revocation may overtake the answer
        stored = await self._stored(key)
        if stored is None:
            verdict = Verdict(None, asked + self._seconds)
        else:
            self._used.mark(stored.principal.key_id)
            left = self._seconds if stored.expires_in is None else min(self._seconds, stored.expires_in)
            verdict = Verdict(stored.principal, asked + left)
        self._cache.remember(token, verdict)
        return verdict

    async def _stored(self, key: str) -> StoredKey | None:
        prefix = prefix_of(key)
        if prefix is None:
            return None
        candidates = await self._accounts.valid_keys(prefix)
        return next((stored for stored in candidates if matches(key, self._pepper, stored.digest)), None)


def _token(key: str) -> bytes:
    """Keys themselves do not stay in memory."""
    return hashlib.sha256(key.encode()).digest()
