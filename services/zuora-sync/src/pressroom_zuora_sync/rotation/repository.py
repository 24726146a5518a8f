"""What is sealed, in PostgreSQL: the secrets of environments, and the raw exports of versions."""

from collections.abc import Sequence
from typing import Any

from pressroom_common.database import Database
from pressroom_zuora_sync.vault import Sealed, secret_of, version_of

from . import statements
from .ports import SealedRow

_ROWS = 200
_BYTES = 16 * 1024 * 1024
"""Of a page; a single larger row is one."""


class PostgresSecrets:
    """The port `SealedRows`. A secret that was changed meanwhile stays: it was sealed with the current key."""

    name = "secrets"

    def __init__(self, database: Database, count: int = _ROWS) -> None:
        self._database = database
        self._count = count

    async def page(self, after: tuple[Any, ...] | None, current: str) -> list[SealedRow]:
        rows = await self._database.fetch(
            statements.SECRETS, after=after[0] if after else None, current=current, count=self._count
        )
        return [SealedRow((row.id,), Sealed(row.key_id, row.secret), secret_of(row.id, row.base_url)) for row in rows]

    async def replace(self, changes: Sequence[tuple[SealedRow, Sealed]]) -> int:
        return await self._database.execute(
            statements.REPLACE_SECRETS,
            ids=[row.key[0] for row, _ in changes],
            seen=[row.sealed.data for row, _ in changes],
            secrets=[fresh.data for _, fresh in changes],
            key_ids=[fresh.key_id for _, fresh in changes],
        )


class PostgresVersions:
    """The port `SealedRows`. A version's export never changes."""

    name = "exports"

    def __init__(self, database: Database, count: int = _ROWS, most_bytes: int = _BYTES) -> None:
        self._database = database
        self._count = count
        self._bytes = most_bytes

    async def page(self, after: tuple[Any, ...] | None, current: str) -> list[SealedRow]:
        workflow_id, number = after or (None, None)
        rows = await self._database.fetch(
            statements.VERSIONS,
            after_workflow=workflow_id,
            after_number=number,
            current=current,
            count=self._count,
            bytes=self._bytes,
        )
        return [
            SealedRow(
                (row.workflow_id, row.number), Sealed(row.key_id, row.raw), version_of(row.workflow_id, row.number)
            )
            for row in rows
        ]

    async def replace(self, changes: Sequence[tuple[SealedRow, Sealed]]) -> int:
        return await self._database.execute(
            statements.REPLACE_VERSIONS,
            workflow_ids=[row.key[0] for row, _ in changes],
            numbers=[row.key[1] for row, _ in changes],
            seen=[row.sealed.key_id for row, _ in changes],
            raws=[fresh.data for _, fresh in changes],
            key_ids=[fresh.key_id for _, fresh in changes],
        )
