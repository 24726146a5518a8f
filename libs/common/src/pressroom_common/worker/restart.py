"""How a process ends itself, so that its supervisor starts a new one."""

import signal
from collections.abc import Callable
from typing import Literal

from .measures import WorkerMetrics

RestartReason = Literal[
    "operator",  # somebody asked for it
    "memory",  # the process has grown past its limit
]


def terminate() -> None:
    """What an orchestrator does to stop a process: it drains, and exits 0."""
    signal.raise_signal(signal.SIGTERM)


class Restart:
    """Asked once in the life of the process, whoever asks and however often."""

    def __init__(self, metrics: WorkerMetrics, end: Callable[[], None] = terminate) -> None:
        """`end` begins the process's end, and returns at once."""
        self._metrics = metrics
        self._end = end
        self.asked = False

    def ask(self, reason: RestartReason) -> None:
        if not self.asked:
            self.asked = True
            self._metrics.restarts.labels(reason).inc()
            self._end()
