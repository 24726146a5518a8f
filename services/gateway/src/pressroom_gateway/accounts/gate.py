"""The way in: who asks, and whether it is too often."""

from uuid import UUID

from pressroom_gateway import problems
from pressroom_gateway.problems import Problem

from .authentication import Authenticator
from .limits import Allowance, Buckets
from .principal import Principal


class Gate:
    """Limits of this process; None: no limit. `failures` are authentications that failed, by the client's address."""

    def __init__(self, keys: Buckets | None, failures: Buckets | None) -> None:
        self._keys = keys
        self._failures = failures

    async def authenticate(self, authenticator: Authenticator, authorization: str | None, address: str) -> Principal:
        """Raises 401, 429 and Unavailable.

        From an address that guesses, only keys that were valid here lately are looked at: a flood of guesses costs the
        database little, and does not lock out who shares the address, a proxy's say.
        """
        if self._failures is None:
            return await authenticator.authenticate(authorization)
        wait = self._failures.wait(address)
        if wait and not authenticator.knows(authorization):
            raise _too_many_failures(wait)
        try:
            return await authenticator.authenticate(authorization)
        except Problem:
            failed = self._failures.take(address)
            if failed.wait:
                raise _too_many_failures(failed.wait) from None
            raise

    def spend(self, key_id: UUID) -> Allowance | None:
        """One request of the key; None where there is no limit."""
        return None if self._keys is None else self._keys.take(key_id)


def too_many_requests(allowance: Allowance) -> Problem:
    return problems.rate_limited(
        f"The API key sends requests too fast: it may send {allowance.limit} at once. Wait for `Retry-After`.",
        allowance.wait,
    )


def _too_many_failures(wait: float) -> Problem:
    return problems.rate_limited(
        "Too many requests without a valid API key came from this address. Check the key, and wait for `Retry-After`.",
        wait,
    )
