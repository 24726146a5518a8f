"""Where a service's tables live."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Schema:
    """A service's schema and the folder of its migrations (Alembic version files)."""

    name: str
    versions: Path
