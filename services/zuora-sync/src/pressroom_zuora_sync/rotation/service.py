"""The rotation. It keeps no account of how far it came: what it has done has the current key and is not found again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from pressroom_common.patience import patiently
from pressroom_zuora_sync.vault import Sealed, Unreadable, Vault

from .ports import SealedRow, SealedRows

logger = structlog.get_logger()


@dataclass(frozen=True)
class Closed:
    """A row that none of the keys opens. It stays as it is."""

    table: str
    key: tuple[Any, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.table} {' '.join(map(str, self.key))}: {self.reason}"


@dataclass(frozen=True)
class Rotated:
    rows: int
    """That were encrypted anew."""
    closed: tuple[Closed, ...] = ()


class Rotation:
    """`pause`: seconds between steps, so that the service keeps its database to itself."""

    def __init__(self, vault: Vault, tables: tuple[SealedRows, ...], pause: float = 0.05) -> None:
        self._vault = vault
        self._tables = tables
        self._pause = pause

    async def run(self) -> Rotated:
        """Everything that one of the keys opens. Raises Unavailable.

        Each table is gone through until nothing is left to do: a process that still had the old key may write
        meanwhile.
        """
        total, closed = 0, list[Closed]()
        for rows in self._tables:
            done, left, more = 0, list[Closed](), True
            while more:
                rotated, left, more = await self._pass(rows)
                done += rotated
            logger.info("encrypted anew", rows=done, closed=len(left), of=rows.name, key=self._vault.current)
            total += done
            closed += left
        return Rotated(total, tuple(closed))

    async def _pass(self, rows: SealedRows) -> tuple[int, list[Closed], bool]:
        """Once through a table: how many rows were written, those that did not open, and whether others were found."""
        rotated, found, closed, after = 0, 0, list[Closed](), None
        while page := await rows.page(after, self._vault.current):
            opened = self._opened(rows.name, page, closed)
            rotated += await self._replaced(rows, opened)
            found += len(opened)
            after = page[-1].key
            await asyncio.sleep(self._pause)
        return rotated, closed, found > 0

    def _opened(self, table: str, page: Sequence[SealedRow], closed: list[Closed]) -> list[tuple[SealedRow, Sealed]]:
        """What opens, sealed anew; what does not is added to `closed`: one such row must not keep the others back."""
        opened = []
        for row in page:
            try:
                opened.append((row, self._anew(row)))
            except Unreadable as error:
                closed.append(Closed(table, row.key, str(error)))
        return opened

    async def _replaced(self, rows: SealedRows, changes: Sequence[tuple[SealedRow, Sealed]]) -> int:
        """Again where a deletion came in between: the database ends one of two that wait for each other."""
        return await patiently(lambda: rows.replace(changes)) if changes else 0

    def _anew(self, row: SealedRow) -> Sealed:
        return self._vault.seal(self._vault.open(row.sealed, row.associated), row.associated)
