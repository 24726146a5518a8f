"""Which records of administrative calls go, on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from integration.ledger.books import Books
from pressroom_common.ids import first_uuid7, uuid7
from pressroom_gateway.audit.records import Call
from pressroom_gateway.audit.repository import PostgresTrail
from pressroom_gateway.retention.repository import PostgresOldCalls

NOW = datetime.now(UTC)


async def called(books: Books, days: float) -> UUID:
    """A call so many days ago."""
    id_ = UUID(int=first_uuid7(NOW - timedelta(days=days)).int | uuid7().int & ((1 << 80) - 1))
    call = Call(
        id=id_,
        key_id=uuid7(),
        tenant_id=books.tenant,
        created_by="key:owner",
        method="POST",
        route="/v1/admin/tenants",
        path_params={},
        query={},
        fields=[],
        details={},
        request_id="r",
        address="127.0.0.1",
        user_agent="",
        status=201,
    )
    await PostgresTrail(books.database).add(call)
    return id_


async def kept(books: Books) -> list[UUID]:
    found: list[UUID] = await books.value("SELECT array_agg(id ORDER BY id) FROM audit")
    return found or []


async def swept(books: Books, limit: int = 500) -> int:
    return await PostgresOldCalls(books.database).delete_before(NOW - timedelta(days=365), limit)


async def test_the_oldest_records_go_first_and_younger_ones_stay(books: Books) -> None:
    oldest, old, young = [await called(books, days) for days in (800, 366, 364)]
    assert await swept(books, limit=1) == 1
    assert oldest not in await kept(books)
    assert await swept(books) == 1
    assert old not in await kept(books)
    assert await swept(books) == 0
    assert await kept(books) == [young]


async def test_several_gateways_delete_each_record_once(books: Books) -> None:
    await asyncio.gather(*(called(books, 400) for _ in range(40)))
    assert sum(await asyncio.gather(*(swept(books, limit=10) for _ in range(4)))) + await swept(books) == 40
    assert await kept(books) == []
