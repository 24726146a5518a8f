"""What is kept, and how long."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kept:
    sync_seconds: float
    """After its end; 0: for ever. The last sync of an environment stays."""
    version_seconds: float
    """After its export; 0: for ever."""
    versions: int
    """Of a workflow, however old they are; the newest is one of them."""
