"""The rotation. It keeps no account of how far it came: what it has done has the current key and is not found again."""

import asyncio
from collections.abc import Sequence

import structlog

from pressroom_common.patience import patiently
from pressroom_zuora_sync.vault import Sealed, Vault

from .ports import SealedRow, SealedRows

logger = structlog.get_logger()


class Rotation:
    """`pause`: seconds between steps, so that the service keeps its database to itself."""

    def __init__(self, vault: Vault, tables: tuple[SealedRows, ...], pause: float = 0.05) -> None:
        self._vault = vault
        self._tables = tables
        self._pause = pause

    async def run(self) -> int:
        """How many rows were encrypted anew. Raises Unreadable at a row that none of the keys opens, and Unavailable.

        Each table is gone through until nothing is found: a process that still had the old key may write meanwhile.
        """
        total = 0
        for rows in self._tables:
            done, found = 0, True
            while found:
                rotated, found = await self._pass(rows)
                done += rotated
            logger.info("encrypted anew", rows=done, of=rows.name, key=self._vault.current)
            total += done
        return total

    async def _pass(self, rows: SealedRows) -> tuple[int, bool]:
        """Once through a table: how many rows were written, and whether there were any."""
        rotated, after = 0, None
        while page := await rows.page(after, self._vault.current):
            rotated += await self._replaced(rows, page)
            after = page[-1].key
            await asyncio.sleep(self._pause)
        return rotated, after is not None

    async def _replaced(self, rows: SealedRows, page: Sequence[SealedRow]) -> int:
        """Again where a deletion came in between: the database ends one of two that wait for each other."""
        changes = [(row, self._anew(row)) for row in page]
        return await patiently(lambda: rows.replace(changes))

    def _anew(self, row: SealedRow) -> Sealed:
        return self._vault.seal(self._vault.open(row.sealed, row.associated), row.associated)
