"""The monitor pulls the log after a cursor: nothing is missed and nothing comes twice, however writers overlap."""

import asyncio
import random
from uuid import UUID

from integration.ledger.books import Books, Replica
from integration.ledger.telling import of_job, story

_ENTRY = "INSERT INTO job_log (job_id, version, status, attempt, at) VALUES ($1, $2, 'pending', 1, now())"


async def pulled(replica: Replica, after: str, limit: int = 1000) -> tuple[list[tuple[UUID, int]], str]:
    """Everything after the cursor, and the next one."""
    found: list[tuple[UUID, int]] = []
    while True:
        page = await replica.jobs.transitions(after, limit)
        found += [(entry.job_id, entry.version) for entry in page.transitions]
        after = page.next
        if not page.transitions:
            return found, after


async def test_an_entry_that_commits_after_a_later_one_is_not_missed(books: Books) -> None:
    async with books.replica() as replica, books.session() as slow, books.session() as fast:
        made = await replica.submit(books.tenant)
        _, cursor = await pulled(replica, "")
        early = slow.transaction()
        await early.start()
        await slow.execute(_ENTRY, made.id, 1001)
        await fast.execute(_ENTRY, made.id, 1002)
        seen, cursor = await pulled(replica, cursor)
        assert seen == []
        await early.commit()
        seen, _ = await pulled(replica, cursor)
        assert seen == [(made.id, 1001), (made.id, 1002)]


async def test_the_cursor_of_an_empty_page_is_the_one_that_was_given(books: Books) -> None:
    async with books.replica() as replica:
        await replica.submit(books.tenant)
        _, cursor = await pulled(replica, "")
        page = await replica.jobs.transitions(cursor, 10)
        assert (page.transitions, page.next) == ((), cursor)


async def test_pages_of_any_size_together_are_the_log(books: Books) -> None:
    async with books.replica() as replica:
        made = [await replica.submit(books.tenant) for _ in range(10)]
        for job in made:
            await replica.ledger.fold(of_job(story("completed"), await books.job(job.id)))
        whole, _ = await pulled(replica, "")
        for limit in (1, 7, 100):
            assert (await pulled(replica, "", limit))[0] == whole
        assert {(job.id, version) for job in made for version in (1, 2, 3)} <= set(whole)


async def test_a_reader_among_many_writers_sees_every_entry_once(books: Books) -> None:
    async with books.replica() as replica:
        _, cursor = await pulled(replica, "")
        made = await replica.submit(books.tenant)
        dice = random.Random(7)
        writing = asyncio.gather(*(_write(books, made.id, place, dice.random() / 20) for place in range(1, 9)))
        seen: list[tuple[UUID, int]] = []
        while not writing.done():
            found, cursor = await pulled(replica, cursor)
            seen += found
        await writing
        seen += (await pulled(replica, cursor))[0]
        assert len(seen) == len(set(seen))
        assert set(seen) == {(made.id, 1)} | {(made.id, 100 * place + n) for place in range(1, 9) for n in range(1, 21)}


async def _write(books: Books, job_id: UUID, place: int, pause: float) -> None:
    """Twenty entries, each in a transaction that stays open for a while."""
    async with books.session() as session:
        for number in range(1, 21):
            async with session.transaction():
                await session.execute(_ENTRY, job_id, 100 * place + number)
                await asyncio.sleep(pause)
