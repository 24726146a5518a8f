"""The folder in which generators leave files."""

import asyncio
from pathlib import Path

from .keys import is_file_key


class FileFolder:
    def __init__(self, root: Path) -> None:
        self._root = root

    async def find(self, key: str, seconds: float) -> Path | None:  # noqa: ARG002 (it is here)
        if not is_file_key(key):
            return None
        path = self._root / key
        return path if await asyncio.to_thread(path.is_file) else None
