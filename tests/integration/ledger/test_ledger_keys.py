"""Idempotency keys: the same request again makes no second job, whoever asks, and whenever within a day."""

import asyncio

import pytest

from integration.ledger.books import Books
from pressroom_common.ids import uuid7
from pressroom_gateway.problems import Problem

ONE, OTHER = "ab" * 32, "cd" * 32
"""Fingerprints of two bodies."""


def key() -> str:
    return uuid7().hex


async def test_the_same_key_and_body_is_the_same_job(books: Books) -> None:
    async with books.replica() as replica:
        used = key()
        first = await replica.submit(books.tenant, idempotency_key=used, fingerprint=ONE)
        second = await replica.submit(books.tenant, idempotency_key=used, fingerprint=ONE)
        assert second.id == first.id
        assert second.status == first.status
        assert await books.value("SELECT count(*) FROM jobs WHERE idempotency_key = :key", key=used) == 1


async def test_of_twenty_requests_at_once_by_two_gateways_one_makes_the_job(books: Books) -> None:
    async with books.replica("gateway-1") as one, books.replica("gateway-2") as other:
        used = key()
        made = await asyncio.gather(
            *(
                replica.submit(books.tenant, idempotency_key=used, fingerprint=ONE)
                for replica in (one, other)
                for _ in range(10)
            )
        )
        assert len({job.id for job in made}) == 1
        assert len(one.commands.runs) + len(other.commands.runs) == 1


async def test_the_same_key_with_another_body_is_refused(books: Books) -> None:
    async with books.replica() as replica:
        used = key()
        await replica.submit(books.tenant, idempotency_key=used, fingerprint=ONE)
        with pytest.raises(Problem) as refused:
            await replica.submit(books.tenant, idempotency_key=used, fingerprint=OTHER)
        assert refused.value.status == 409
        assert refused.value.code == "idempotency_mismatch"


async def test_another_tenant_may_use_the_same_key(books: Books) -> None:
    async with books.replica() as replica:
        used = key()
        mine = await replica.submit(books.tenant, idempotency_key=used, fingerprint=ONE)
        theirs = await replica.submit(books.other_tenant, idempotency_key=used, fingerprint=OTHER)
        assert theirs.id != mine.id


async def test_jobs_without_keys_never_meet(books: Books) -> None:
    async with books.replica() as replica:
        made = await asyncio.gather(*(replica.submit(books.tenant) for _ in range(5)))
        assert len({job.id for job in made}) == 5


async def test_a_key_is_forgotten_after_a_day_and_not_before(books: Books) -> None:
    async with books.replica() as replica:
        old, new = key(), key()
        forgotten = await replica.submit(books.tenant, idempotency_key=old, fingerprint=ONE)
        kept = await replica.submit(books.tenant, idempotency_key=new, fingerprint=ONE)
        await books.shift(forgotten.id, 24 * 3600 + 60)
        await books.shift(kept.id, 24 * 3600 - 60)
        await replica.ledger.keep_house()
        again = await replica.submit(books.tenant, idempotency_key=old, fingerprint=OTHER)
        assert again.id != forgotten.id
        assert (await replica.submit(books.tenant, idempotency_key=new, fingerprint=ONE)).id == kept.id
