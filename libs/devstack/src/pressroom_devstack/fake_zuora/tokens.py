"""Bearer tokens: whose they are, and until when."""

import secrets
import time


class Tokens:
    """Those that were given out. Tokens that have ended are remembered, so that the log tells whose call it was."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._ends: dict[str, float] = {}

    def issue(self, client_id: str, life: float) -> str:
        """A new one, for so many seconds; older ones stay."""
        token = secrets.token_hex(16)
        self._owners[token] = client_id
        self._ends[token] = time.monotonic() + life
        return token

    def owner(self, authorization: str | None) -> str:
        """The client id, whether or not the token still holds; empty where it is nobody's."""
        return self._owners.get(_bearer(authorization), "")

    def holds(self, authorization: str | None) -> bool:
        return self._ends.get(_bearer(authorization), 0) > time.monotonic()

    def revoke(self, client_id: str) -> None:
        """All of the account's, before their time."""
        for token, owner in self._owners.items():
            if owner == client_id:
                self._ends[token] = 0


def _bearer(authorization: str | None) -> str:
    kind, _, token = (authorization or "").partition(" ")
    return token if kind.lower() == "bearer" else ""
