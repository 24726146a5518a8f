"""Where a service's tables live."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Schema:
    """A service's schema and the folder of its migrations (Alembic version files)."""

    name: str
    versions: Path

    @property
    def service(self) -> str:
        """Whose it is: the name that the broker and logs know, which may have a hyphen where SQL has none."""
        return self.name.replace("_", "-")
