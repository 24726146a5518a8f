"""How many calls a tenant may make: in a minute, and at once."""

import time
from collections import Counter
from math import ceil

WINDOW_S = 60.0


class Window:
    """Counts calls in minutes that begin with the first call. Failed ones count, too."""

    def __init__(self) -> None:
        self._counted: dict[str, tuple[float, int]] = {}

    def count(self, key: str) -> int:
        """One more; how many there were in this minute."""
        now = time.monotonic()
        began, calls = self._counted.get(key, (now, 0))
        if now - began >= WINDOW_S:
            began, calls = now, 0
        self._counted[key] = (began, calls + 1)
        return calls + 1

    def headers(self, key: str, limit: int) -> dict[str, str]:
        """What is left, and in how many seconds the next minute begins."""
        began, calls = self._counted.get(key, (time.monotonic(), 0))
        return limit_headers(limit, limit - calls, began + WINDOW_S - time.monotonic())


def limit_headers(limit: int, remaining: int, seconds: float) -> dict[str, str]:
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(max(0, remaining)),
        "ratelimit-reset": str(max(0, ceil(seconds))),
    }


class Concurrency:
    """Calls under way, by tenant."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def enter(self, tenant: str) -> int:
        """One more; how many there are, itself included."""
        self.now[tenant] += 1
        self.most[tenant] = max(self.most[tenant], self.now[tenant])
        return self.now[tenant]

    def leave(self, tenant: str) -> None:
        self.now[tenant] -= 1

    def forget(self) -> None:
        """The most from now on; what is under way stays counted."""
        self.most = Counter(self.now)
