"""The numbers of the ledger, and the retry policy as a pure function."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True)
class Policy:
    """Seconds, where nothing else is said. Tests shrink them."""

    max_attempts: int = 4
    backoff: tuple[float, ...] = (60.0, 300.0, 1800.0)
    jitter: float = 0.1
    """A share of the back-off, up or down."""
    retry_window: float = 24 * 3600.0
    """Nothing is tried so long after the first dispatch."""
    publish_wait: float = 10.0
    """A publication that is not confirmed by then is made again."""
    unclaimed_wait: float = 60.0
    """A confirmed publication that nobody claimed is made again, after twice the time each time."""
    unclaimed_wait_limit: float = 900.0
    silence: float = 35.0
    """A running job that no heartbeat named for so long is asked after: three heartbeats and a little."""
    directive_wait: float = 5.0
    """A cancel is told again after this, and after twice the time each time."""
    directive_wait_limit: float = 60.0

    def back_off(self, job_id: UUID, attempt: int) -> timedelta:
        """Before the attempt after this one. The jitter is a hash: any replay gives the same time."""
        seconds = self.backoff[min(attempt, len(self.backoff)) - 1]
        digest = hashlib.blake2b(f"{job_id}:{attempt}".encode(), digest_size=4).digest()
        share = int.from_bytes(digest, "big") / 0xFFFFFFFF * 2 - 1
        return timedelta(seconds=seconds * (1 + self.jitter * share))

    def window_ends(self, retry_base_at: datetime) -> datetime:
        return retry_base_at + timedelta(seconds=self.retry_window)


def doubled(seconds: float, times: int, limit: float) -> timedelta:
    """`seconds`, doubled so many times, at most `limit`."""
    return timedelta(seconds=min(seconds * 2 ** min(times, 30), limit))
