"""Access tokens of a process: one call for all who need the same one at once, and none while one is still good."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

_MARGIN = 60.0
"""Seconds that a token is not used before it ends: its last calls must still arrive."""
_LEAST = 1.0
"""Seconds that any token is used: a shorter life would be a call for a token per call."""
_LONGEST = 86_400.0
"""Seconds: whatever Zuora says, a day is enough."""


class Account(NamedTuple):
    """Whose token. The secret's hash is part of it: after a change of the secret, the old one's token is not used."""

    origin: str
    client_id: str
    secret: bytes

    @classmethod
    def of(cls, origin: str, client_id: str, secret: str) -> "Account":
        return cls(origin, client_id, hashlib.sha256(secret.encode()).digest())


class Granted(NamedTuple):
    """Zuora's answer. `seconds`: its `expires_in`."""

    token: str
    seconds: float


class _Held(NamedTuple):
    token: str
    until: float


def life(expires_in: float) -> float:
    """Seconds to use a token for: a minute less than it lives, or half of a life that is not much longer."""
    return min(max(expires_in - _MARGIN, expires_in / 2, _LEAST), _LONGEST)


class Tokens:
    """One per process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: dict[Account, _Held] = {}
        self._flights: dict[Account, asyncio.Future[str]] = {}

    async def get(self, account: Account, fetch: Callable[[], Awaitable[Granted]], refused: str | None = None) -> str:
        """A token that is good. `refused`: the one that Zuora has just refused, and that is not given again.

        Whoever comes first fetches; the others wait, and get the same token or the same error. If the first one is
        cancelled, the next one fetches. Raises what `fetch` raises.
        """
        while True:
            held = self._held.get(account)
            if held and held.until > self._now() and held.token != refused:
                return held.token
            flight = self._flights.get(account)
            if flight is None:
                return await self._fetched(account, fetch)
            await asyncio.wait((flight,))
            if not flight.cancelled():
                return flight.result()

    def forget(self, account: Account) -> None:
        """The next one who needs it fetches a new one."""
        self._held.pop(account, None)

    def _forget_ended(self) -> None:
        now = self._now()
        for account in [account for account, held in self._held.items() if held.until <= now]:
            del self._held[account]

    async def _fetched(self, account: Account, fetch: Callable[[], Awaitable[Granted]]) -> str:
        flight = self._flights[account] = asyncio.get_running_loop().create_future()
        try:
            granted = await fetch()
        except asyncio.CancelledError:
            flight.cancel()
            raise
        except BaseException as error:
            flight.set_exception(error)
            flight.exception()  # nobody else may be waiting: it counts as told
            raise
        else:
            self._forget_ended()
            self._held[account] = _Held(granted.token, self._now() + life(granted.seconds))
            flight.set_result(granted.token)
            return granted.token
        finally:
            del self._flights[account]
