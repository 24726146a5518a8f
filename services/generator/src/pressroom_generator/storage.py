"""Files in a folder that generator and gateway share, or in a bucket."""

import asyncio
import errno
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pressroom_common.errors import Refused, Unavailable
from pressroom_common.settings import StorageSettings

from .ports import Storage

_HOPELESS = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,  # a file stands where the folder should be
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,  # folders are made where they lack: this one cannot be
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    }
)
"""Of a folder whose name, rights or mount are wrong: only an operator changes that. A full disk may pass."""
_UNKNOWN_THERE = frozenset({errno.EINVAL, errno.ENOTSUP})
"""Some shared volumes cannot write a folder by itself."""


def open_storage(settings: StorageSettings) -> Storage | None:
    """Where the settings say; None: they name no place."""
    if settings.s3_bucket:
        from pressroom_common.bucket import Bucket  # noqa: PLC0415 - 10 MB, of those who have a bucket

        return Bucket(settings)
    return FolderStorage(Path(settings.storage_dir)) if settings.storage_dir else None


class FolderStorage:
    """The port `Storage`. Readers see a file whole or not at all, also after a loss of power."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, content: bytes, content_type: str) -> str:  # noqa: ARG002 (its ending tells it)
        try:
            await asyncio.to_thread(self._write, self._root / key, content)
        except OSError as error:
            raise _failure("written", error) from error
        return key

    async def delete(self, folder: str) -> None:
        try:
            await asyncio.to_thread(self._empty, self._root / folder)
        except OSError as error:
            raise _failure("emptied", error) from error

    def _empty(self, folder: Path) -> None:
        """With what a process left that died over it. Another one may be at it, too."""
        with suppress(FileNotFoundError):
            for path in list(folder.iterdir()):
                path.unlink(missing_ok=True)
            folder.rmdir()

    def _write(self, path: Path, content: bytes) -> None:
        new = not path.parent.exists()
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
        _keep_names(path.parent)
        if new:
            _keep_names(path.parent.parent)


def _keep_names(folder: Path) -> None:
    """What a folder lists outlives a loss of power only when it is written, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNKNOWN_THERE:
            raise
    finally:
        os.close(descriptor)


def _failure(done: str, error: OSError) -> Exception:
    if error.errno in _HOPELESS:
        told = f"The storage folder cannot be {done}: {error.strerror}. An operator has to check GENERATOR_STORAGE_DIR"
        return Refused(f"{told}, and what the generator may do there.")
    return Unavailable(f"the storage folder cannot be {done}: {error.strerror}")
