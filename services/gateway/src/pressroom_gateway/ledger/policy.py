"""The numbers of the ledger, and the retry policy as a pure function."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID


class Waits:
    """Seconds that commands lately waited in the broker's queues, by queue, as far as this process heard: a mean that
    begins at 0, and in which the newest command counts a tenth.
    """

    def __init__(self) -> None:
        self.by_queue: dict[str, float] = {}

    def began(self, queue: str, seconds: float) -> None:
        """A worker took a command so long after its publication."""
        known = self.by_queue.get(queue, 0.0)
        self.by_queue[queue] = known + _SHARE * (seconds - known)


_SHARE = 0.1


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
    """A confirmed publication that nobody claimed is made again, after twice the time each time; but not before twice
    the time that its queue makes wait.
    """
    unclaimed_wait_limit: float = 900.0
    waits: Waits = field(default_factory=Waits, compare=False)
    """Learned while the process runs."""
    silence: float = 35.0
    """A running job that no heartbeat named for so long is asked after: three heartbeats and a little."""
    directive_wait: float = 5.0
    """A cancel is told again after this, and after twice the time each time."""
    directive_wait_limit: float = 60.0

    def unclaimed(self, queue: str) -> float:
        """Seconds until the first repetition in this queue."""
        return max(self.unclaimed_wait, 2 * self.waits.by_queue.get(queue, 0.0))

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
