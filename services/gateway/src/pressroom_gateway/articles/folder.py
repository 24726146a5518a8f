"""The folder in which generators leave files."""

import asyncio
from pathlib import Path

from .keys import is_file_key


class FileFolder:
    """`root` empty: there is none."""

    def __init__(self, root: str) -> None:
        self._root = Path(root) if root else None

    @property
    def is_there(self) -> bool:
        return self._root is not None

    async def find(self, key: str) -> Path | None:
        """The file of this key, where it is one."""
        if self._root is None or not is_file_key(key):
            return None
        path = self._root / key
        return path if await asyncio.to_thread(path.is_file) else None
