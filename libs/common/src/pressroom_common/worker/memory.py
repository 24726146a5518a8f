"""How much memory the process has, and what becomes of one that has too much."""

import resource
from pathlib import Path

import structlog

from .restart import Restart

logger = structlog.get_logger()

_MIB = 1024 * 1024


class MemoryLimit:
    """Restarts a process whose resident memory has passed `limit_mb` MiB; 0: never."""

    def __init__(self, limit_mb: int, restart: Restart) -> None:
        self._limit = limit_mb * _MIB
        self._restart = restart

    def check(self, resident: int) -> None:
        """`resident`: bytes that the process has now."""
        if self._limit and resident > self._limit and not self._restart.asked:
            logger.warning(
                "past the memory limit: the process drains and ends, to be started afresh",
                resident_mb=round(resident / _MIB),
                limit_mb=self._limit // _MIB,
            )
            self._restart.ask("memory")


def resident_bytes() -> int:
    """Memory that the process has now (Linux), or had at its peak (elsewhere)."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
