"""Files in a folder that generator and gateway share."""

import asyncio
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from pressroom_common.errors import Unavailable


class FolderStorage:
    """The port `Storage`. Readers see a file whole or not at all, also after a loss of power."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, content: bytes, content_type: str) -> str:  # noqa: ARG002 (its ending tells it)
        try:
            await asyncio.to_thread(self._write, self._root / key, content)
        except OSError as error:
            raise Unavailable(f"the storage folder cannot be written: {error.strerror}") from error
        return key

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as file:
            fresh = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                fresh.chmod(0o644)  # the gateway may be another user
                fresh.replace(path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise
