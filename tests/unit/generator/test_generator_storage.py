"""Files in a folder: whole or not at all."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from pressroom_common.errors import Refused, Unavailable
from pressroom_generator.storage import FolderStorage

KEY = "job/image-1.png"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_file_is_stored_under_its_key_and_a_second_time_replaced(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "made" / "here")
    for content in (b"first", b"second"):
        assert await storage.put(KEY, content, "image/png") == KEY
        assert (tmp_path / "made" / "here" / KEY).read_bytes() == content
    assert names(tmp_path / "made" / "here" / "job") == ["image-1.png"]


async def test_a_files_name_is_on_the_disk_with_it_and_that_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        written.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    storage = FolderStorage(tmp_path)
    await storage.put(KEY, b"first", "image/png")
    assert written[0].endswith(".new")
    assert written[1:] == ["job", tmp_path.name]
    await storage.put(KEY, b"second", "image/png")
    assert written[4:] == ["job"]


async def test_a_folder_that_cannot_be_made_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "job").write_bytes(b"a file where the folder should be")
    for root in (tmp_path, tmp_path / "job", Path("/proc/nowhere")):
        with pytest.raises(Refused, match="An operator has to check GENERATOR_STORAGE_DIR"):
            await FolderStorage(root).put(KEY, b"x", "image/png")
    with pytest.raises(Refused, match="cannot be emptied"):
        await FolderStorage(tmp_path / "job").delete("job")
    assert names(tmp_path) == ["job"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, Refused),
        (errno.EPERM, Refused),
        (errno.EROFS, Refused),
        (errno.ENOTDIR, Refused),
        (errno.ENOSPC, Unavailable),
        (errno.EDQUOT, Unavailable),
        (errno.EIO, Unavailable),
        (errno.ESTALE, Unavailable),
    ],
)
async def test_what_an_operator_has_to_change_is_refused_and_what_may_pass_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: type[Exception]
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(told, match=os.strerror(number)):
        await FolderStorage(tmp_path).put(KEY, b"x", "image/png")
    assert names(tmp_path / "job") == []


async def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    contents = [bytes([number]) * 200_000 for number in (1, 2)]
    await storage.put(KEY, contents[0], "image/png")
    writing = asyncio.gather(*(storage.put(KEY, contents[n % 2], "image/png") for n in range(20)))
    while not writing.done():
        assert await asyncio.to_thread((tmp_path / KEY).read_bytes) in contents
    await writing
