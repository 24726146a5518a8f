"""A rotation encrypts everything anew, whatever happens meanwhile."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pressroom_zuora_sync.rotation.ports import SealedRow
from pressroom_zuora_sync.rotation.service import Rotated, Rotation
from pressroom_zuora_sync.vault import Sealed, Vault

KEYS = {"old": os.urandom(32), "new": os.urandom(32)}
OLD, NEW = Vault(KEYS, "old"), Vault(KEYS, "new")


class Table:
    """The port `SealedRows`, in memory. `meanwhile` happens between a look and the writing."""

    name = "rows"

    def __init__(self, rows: dict[int, Sealed], size: int = 2) -> None:
        self.rows = rows
        self.size = size
        self.pages: list[list[int]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def page(self, after: tuple[Any, ...] | None, current: str) -> list[SealedRow]:
        keys = [key for key in sorted(self.rows) if key > (after or (-1,))[0] and self.rows[key].key_id != current]
        self.pages.append(keys[: self.size])
        return [SealedRow((key,), self.rows[key], b"%d" % key) for key in keys[: self.size]]

    async def replace(self, changes: Sequence[tuple[SealedRow, Sealed]]) -> int:
        self.meanwhile()
        self.meanwhile = lambda: None
        standing = [(row, fresh) for row, fresh in changes if self.rows.get(row.key[0]) == row.sealed]
        self.rows |= {row.key[0]: fresh for row, fresh in standing}
        return len(standing)

    def opened(self) -> dict[int, bytes]:
        """With the new key alone."""
        vault = Vault({"new": KEYS["new"]}, "new")
        return {key: vault.open(sealed, b"%d" % key) for key, sealed in self.rows.items()}


def sealed(vault: Vault, *keys: int) -> dict[int, Sealed]:
    return {key: vault.seal(b"secret %d" % key, b"%d" % key) for key in keys}


def rotation(*tables: Table) -> Rotation:
    return Rotation(NEW, tables, pause=0)


async def test_all_rows_of_all_tables_are_encrypted_anew_a_few_at_a_time() -> None:
    first, second = Table(sealed(OLD, *range(5)) | sealed(NEW, 5)), Table(sealed(OLD, 7))
    assert await rotation(first, second).run() == Rotated(6)
    assert first.opened() == {key: b"secret %d" % key for key in range(6)}
    assert second.opened() == {7: b"secret 7"}
    assert max(map(len, first.pages)) == 2


async def test_a_second_rotation_has_nothing_to_do() -> None:
    table = Table(sealed(OLD, 1, 2, 3))
    await rotation(table).run()
    assert await rotation(table).run() == Rotated(0)


async def test_a_rotation_that_was_broken_off_goes_on() -> None:
    table = Table(sealed(OLD, 1, 2, 3, 4))

    def killed() -> None:
        raise KeyboardInterrupt

    table.meanwhile = killed
    with pytest.raises(KeyboardInterrupt):
        await rotation(table).run()
    table.meanwhile = lambda: None
    assert await rotation(table).run() == Rotated(4)
    assert set(table.opened()) == {1, 2, 3, 4}


async def test_rows_that_do_not_open_keep_no_other_back_and_are_told_at_the_end() -> None:
    damaged, lost = OLD.seal(b"secret", b"of another row"), Sealed("lost", b"")
    first, second = Table(sealed(OLD, 1, 3, 5) | {2: damaged, 4: lost}), Table(sealed(OLD, 7))
    rotated = await rotation(first, second).run()
    assert rotated.rows == 4
    assert [(row.table, row.key) for row in rotated.closed] == [("rows", (2,)), ("rows", (4,))]
    assert "cannot be decrypted" in str(rotated.closed[0])
    assert "'lost'" in str(rotated.closed[1])
    assert (first.rows.pop(2), first.rows.pop(4)) == (damaged, lost)
    assert {*first.opened(), *second.opened()} == {1, 3, 5, 7}


async def test_a_row_that_is_mended_meanwhile_is_not_told() -> None:
    table = Table(sealed(OLD, 1) | {2: Sealed("lost", b"")})
    table.meanwhile = lambda: table.rows.update(sealed(OLD, 2))
    assert await rotation(table).run() == Rotated(2)


async def test_a_row_that_changes_meanwhile_is_not_overwritten() -> None:
    table = Table(sealed(OLD, 1))
    fresh = NEW.seal(b"changed", b"1")
    table.meanwhile = lambda: table.rows.update({1: fresh})
    assert await rotation(table).run() == Rotated(0)
    assert table.opened() == {1: b"changed"}


async def test_what_a_process_with_the_old_key_writes_meanwhile_is_found_too() -> None:
    """Behind the place where the rotation is, and over the row that it has just read."""
    table = Table(sealed(OLD, 1, 2, 3, 4))
    table.meanwhile = lambda: table.rows.update(sealed(OLD, 0, 1))
    assert await rotation(table).run() == Rotated(5)
    assert set(table.opened()) == {0, 1, 2, 3, 4}
