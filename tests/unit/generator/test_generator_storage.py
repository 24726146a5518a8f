"""Files in a folder: whole or not at all."""

import asyncio
from pathlib import Path

import pytest

from pressroom_common.errors import Unavailable
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


async def test_a_folder_that_cannot_be_written_is_away_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "job").write_bytes(b"a file where the folder should be")
    with pytest.raises(Unavailable, match="storage folder"):
        await FolderStorage(tmp_path).put(KEY, b"x", "image/png")
    assert names(tmp_path) == ["job"]


async def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    contents = [bytes([number]) * 200_000 for number in (1, 2)]
    await storage.put(KEY, contents[0], "image/png")
    writing = asyncio.gather(*(storage.put(KEY, contents[n % 2], "image/png") for n in range(20)))
    while not writing.done():
        assert await asyncio.to_thread((tmp_path / KEY).read_bytes) in contents
    await writing
