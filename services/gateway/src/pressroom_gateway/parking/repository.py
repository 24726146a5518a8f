"""Parked messages in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pressroom_common.database import Database

from . import statements
from .contracts import Parked, ParkedQuery
from .message import NewMessage, ParkedStatus
from .ports import Stored


class PostgresMessages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, message: NewMessage) -> bool:
        return await self._database.execute(statements.ADD, **msgspec.structs.asdict(message)) > 0

    async def find(self, message_id: UUID) -> Stored | None:
        rows = await self._database.fetch(statements.FIND, id=message_id)
        return Stored(Parked.model_validate(rows[0]), rows[0].headers, rows[0].body) if rows else None

    async def page(self, query: ParkedQuery) -> Sequence[Parked]:
        rows = await self._database.fetch(
            statements.PAGE, before=query.before, status=query.status, queue=query.queue, count=query.limit + 1
        )
        return [Parked.model_validate(row) for row in rows]

    async def settle(self, message_id: UUID, status: ParkedStatus, by: str) -> Parked | None:
        rows = await self._database.fetch(statements.SETTLE, id=message_id, status=status, by=by)
        return Parked.model_validate(rows[0]) if rows else None

    async def waiting(self) -> int:
        return int((await self._database.fetch(statements.WAITING))[0].count)

    async def forget(self, seconds: float) -> int:
        return await self._database.execute(statements.FORGET, seconds=seconds)
