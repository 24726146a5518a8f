"""What was found out about API keys, for a few seconds: the hot path of every request is one look into a dict."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from .principal import Principal


@dataclass(frozen=True, slots=True)
class Verdict:
    """None: no such key, or no longer."""

    principal: Principal | None
    until: float
    """By the cache's clock."""


class KeyCache:
    """Valid and refused keys have a room each, so that a flood of wrong keys drives out no valid one."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._valid = _Room(size)
        self._refused = _Room(size)
        self._clock = clock

    def find(self, token: bytes) -> Verdict | None:
        verdict = self._valid.verdicts.get(token) or self._refused.verdicts.get(token)
        return verdict if verdict is not None and verdict.until > self._clock() else None

    def knows(self, token: bytes) -> bool:
        """Whether the last verdict was good, however old it is."""
        return token in self._valid.verdicts

    def remember(self, token: bytes, verdict: Verdict) -> None:
        self.forget(token)
        room = self._refused if verdict.principal is None else self._valid
        room.add(token, verdict)

    def forget(self, token: bytes) -> None:
        self._valid.verdicts.pop(token, None)
        self._refused.verdicts.pop(token, None)

    def forget_key(self, key_id: UUID) -> None:
        """This replica need not wait for a verdict to run out."""
        for token, verdict in list(self._valid.verdicts.items()):
            if verdict.principal is not None and verdict.principal.key_id == key_id:
                self.forget(token)

    def __len__(self) -> int:
        return len(self._valid.verdicts) + len(self._refused.verdicts)


class _Room:
    """A dict keeps the order of insertion, and all verdicts live about as long: the first one is the oldest."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.verdicts: dict[bytes, Verdict] = {}

    def add(self, token: bytes, verdict: Verdict) -> None:
        while len(self.verdicts) >= self._size:
            del self.verdicts[next(iter(self.verdicts))]
        self.verdicts[token] = verdict
