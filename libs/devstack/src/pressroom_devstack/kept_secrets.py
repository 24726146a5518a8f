"""Random secrets of one stack, made at the first start and kept in a file that only its owner reads."""

import json
import secrets
from pathlib import Path

from .folders import write_private


class KeptSecrets:
    """Secrets by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def secret(self, name: str) -> str:
        """The secret of this name: 256 random bits, made where there is none."""
        if name not in self._kept:
            self.keep(name, secrets.token_hex(32))
        return self._kept[name]

    def get(self, name: str) -> str | None:
        """The secret of this name, if there is one."""
        return self._kept.get(name)

    def keep(self, name: str, value: str) -> None:
        """Write down a secret that others made."""
        self._kept[name] = value
        write_private(self._path, json.dumps(self._kept, indent=2, sort_keys=True) + "\n")
