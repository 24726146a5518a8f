"""The channels of a gateway: what is asked of the ledger and of workers, what heals, and what is forgotten."""

import asyncio
from uuid import UUID

import pytest

from pressroom_common.contracts import JobStatus
from pressroom_common.errors import Unavailable
from pressroom_gateway.live.records import Duration
from pressroom_gateway.problems import Problem
from unit.live.desks import Desk
from unit.live.watched import JOB, STRANGER, TENANT, completed, standing, words
from unit.worker.workshop import settled

OTHER = UUID(int=70)
MANY = [UUID(int=number) for number in range(100, 150)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_who_watches_hears_of_a_change_at_once(desk: Desk) -> None:
    desk.has("pending", 1)
    with desk.live.watching(JOB) as watch:
        desk.live.changed([JOB])
        await settled()
        assert watch.bell.is_set()
        assert watch.channel.standing is desk.ledger.jobs[JOB]


async def test_the_other_gateways_are_told_of_every_change_once(desk: Desk) -> None:
    for _ in range(2):
        desk.live.changed([JOB, OTHER])
    await asyncio.sleep(0.1)
    assert [sorted(set(ids)) for ids in desk.words.changes] == [[JOB, OTHER]]
    assert desk.ledger.asked == []


async def test_many_changes_are_read_in_one_query(desk: Desk) -> None:
    watches = [desk.live.watching(job_id) for job_id in MANY]
    for job_id, watch in zip(MANY, watches, strict=True):
        desk.has(of=job_id)
        watch.__enter__()
    for _ in range(3):
        desk.live.heard(MANY)
    await settled()
    reads = [jobs for query, jobs in desk.ledger.asked if query == "standings"]
    assert len(reads) <= 2
    assert max(reads) == len(MANY)


async def test_what_nobody_watches_is_not_read(desk: Desk) -> None:
    desk.has()
    desk.live.heard([JOB])
    desk.live.told([words("Tea")])
    await desk.live.look()
    await desk.live.follow()
    await settled()
    assert (desk.ledger.asked, desk.words.follows, desk.kept) == ([], [], 0)


async def test_a_job_is_found_by_its_tenant_alone(desk: Desk) -> None:
    found = desk.has()
    assert await desk.live.standing(TENANT, JOB) is found
    for tenant, job_id in ((STRANGER, JOB), (TENANT, OTHER)):
        with pytest.raises(Problem) as refusal:
            await desk.live.standing(tenant, job_id)
        assert (refusal.value.status, refusal.value.code) == (404, "not_found")


async def test_many_who_ask_at_once_are_answered_by_one_query(desk: Desk) -> None:
    for job_id in MANY:
        desk.has(of=job_id)
    found = await asyncio.gather(*(desk.live.polled(TENANT, job_id) for job_id in MANY))
    assert [channel.job_id for channel in found] == MANY
    assert sum(jobs for _, jobs in desk.ledger.asked) == len(MANY)
    assert len(desk.ledger.asked) <= 2


# What was lost


async def test_a_look_finds_what_changed_unheard(desk: Desk) -> None:
    desk.has("pending", 1)
    with desk.live.watching(JOB) as watch:
        await desk.live.look()
        await settled()
        desk.has("processing", 2)
        await desk.live.look()
        await settled()
        assert watch.channel.working


async def test_a_look_reads_nothing_that_has_not_changed(desk: Desk) -> None:
    desk.has("pending", 1)
    with desk.live.watching(JOB):
        for _ in range(5):
            await desk.live.look()
            await settled()
    assert [query for query, _ in desk.ledger.asked].count("standings") == 1


async def test_who_goes_while_a_look_is_on_its_way_is_not_looked_for(desk: Desk) -> None:
    desk.has()
    with desk.live.watching(JOB):
        looking = asyncio.create_task(desk.live.look())
        await asyncio.sleep(0)
    await looking
    assert (desk.ledger.asked, desk.kept) == ([("versions", 1)], 0)


async def test_a_read_that_failed_is_made_up_for(desk: Desk) -> None:
    desk.has()
    with desk.live.watching(JOB) as watch:
        desk.ledger.away = True
        desk.live.heard([JOB])
        await settled()
        assert watch.channel.standing is None
        with pytest.raises(Unavailable):
            await desk.live.look()
        desk.ledger.away = False
        await desk.live.look()
        await settled()
        assert watch.channel.working


async def test_a_job_that_was_tried_again_after_its_end_is_seen_so_though_nobody_said_it(desk: Desk) -> None:
    desk.has("failed", 3)
    await desk.live.polled(TENANT, JOB)
    desk.has("pending", 4, attempt=2)
    await desk.live.look()
    await settled()
    channel = await desk.live.polled(TENANT, JOB)
    assert channel.standing is desk.ledger.jobs[JOB]


async def test_a_job_that_was_deleted_after_its_end_is_not_there_any_more(desk: Desk) -> None:
    desk.ledger.put(completed("Tea"))
    await desk.live.polled(TENANT, JOB)
    del desk.ledger.jobs[JOB]
    await desk.live.look()
    await settled()
    with pytest.raises(Problem) as refusal:
        await desk.live.polled(TENANT, JOB)
    assert refusal.value.status == 404


async def test_a_gap_is_asked_for_from_the_beginning_at_once(desk: Desk) -> None:
    desk.has()
    with desk.live.listening(JOB, known=True) as watch:
        await desk.live.standing(TENANT, JOB)
        desk.live.told([words("Tea ")])
        desk.live.told([words("warm", 7)])
        await settled()
        assert desk.words.follows == [("generator", [JOB], [JOB])]
        assert watch.channel.since(0) == "Tea "
    assert desk.counted("live_gaps_total") == 1


async def test_who_was_not_heard_of_is_asked_anew(desk: Desk) -> None:
    desk.has()
    with desk.live.listening(JOB, known=True):
        await desk.live.standing(TENANT, JOB)
        for heard, anew in ((False, [JOB]), (True, []), (False, [JOB])):
            if heard:
                desk.live.told([words("Tea")])
            await desk.live.follow()
            assert desk.words.take() == [("generator", [JOB], anew)]


# Following


async def test_who_listens_asks_the_workers_at_once_unless_the_command_did(desk: Desk) -> None:
    with desk.live.listening(OTHER, known=True):
        await settled()
        assert desk.words.take() == []
    with desk.live.listening(JOB):
        await settled()
        assert desk.words.take() == [("generator", [JOB], [JOB])]


async def test_who_waits_for_the_end_alone_asks_no_worker(desk: Desk) -> None:
    desk.has()
    with desk.live.watching(JOB):
        await desk.live.look()
        await desk.live.follow()
        await settled()
    assert desk.words.follows == []


async def test_who_polled_once_and_waits_for_the_end_since_is_not_told_of_the_text(desk: Desk) -> None:
    desk.has()
    with desk.live.watching(JOB):
        await desk.live.polled(TENANT, JOB)
        await settled()
        desk.words.take()
        desk.clock.seconds += 10
        await desk.live.follow()
        assert desk.words.take() == []


async def test_all_that_is_followed_is_told_in_one_message(desk: Desk) -> None:
    for job_id in MANY:
        desk.has(of=job_id)
        await desk.live.polled(TENANT, job_id)
    await settled()
    desk.words.take()
    await desk.live.follow()
    assert desk.words.take() == [("generator", MANY, MANY)]


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_what_is_over_is_not_followed(desk: Desk, status: JobStatus) -> None:
    desk.has(status, 3)
    with desk.live.listening(JOB, known=True):
        await desk.live.polled(TENANT, JOB)
        await desk.live.follow()
        await settled()
        assert desk.words.follows == []


# What is kept


async def test_a_channel_is_closed_when_the_last_one_goes(desk: Desk) -> None:
    with desk.live.watching(JOB) as first, desk.live.listening(JOB) as second:
        assert first.channel is second.channel
        assert (desk.kept, first.channel.listeners) == (1, 1)
    assert (desk.kept, first.channel.listeners) == (0, 0)


async def test_who_leaves_by_an_error_leaves_nothing_behind(desk: Desk) -> None:
    with pytest.raises(RuntimeError), desk.live.listening(JOB):
        raise RuntimeError
    assert desk.kept == 0


async def test_who_polls_is_answered_from_memory_for_ten_seconds(desk: Desk) -> None:
    desk.has()
    await desk.live.polled(TENANT, JOB)
    for _ in range(5):
        desk.clock.seconds += 9
        await desk.live.follow()
        await desk.live.polled(TENANT, JOB)
    assert desk.ledger.asked == [("standings", 1)]
    desk.clock.seconds += 10
    await desk.live.follow()
    assert desk.kept == 0
    await desk.live.polled(TENANT, JOB)
    assert desk.ledger.asked == [("standings", 1)] * 2


async def test_who_asks_first_gets_what_the_worker_answers() -> None:
    desk = Desk(first_words=5)
    desk.has()
    asking = asyncio.create_task(desk.live.polled(TENANT, JOB))
    await settled()
    assert not asking.done()
    desk.live.told([words("Tea", stage="calling_model")])
    assert (await asking).stage == "calling_model"


async def test_who_asks_first_about_a_job_that_no_worker_has_is_answered_at_once() -> None:
    desk = Desk(first_words=5)
    desk.has("pending")
    async with asyncio.timeout(1):
        assert (await desk.live.polled(TENANT, JOB)).stage is None


async def test_a_polled_job_is_followed_from_the_first_time_until_nobody_polls_it(desk: Desk) -> None:
    desk.has()
    for _ in range(3):
        await desk.live.polled(TENANT, JOB)
        await settled()
    assert desk.words.take() == [("generator", [JOB], [JOB])]
    desk.clock.seconds += 9
    await desk.live.follow()
    assert desk.words.take() == [("generator", [JOB], [JOB])]
    desk.clock.seconds += 2
    await desk.live.follow()
    assert desk.words.take() == []


async def test_another_tenants_job_is_not_there_even_in_memory(desk: Desk) -> None:
    desk.has()
    await desk.live.polled(TENANT, JOB)
    with pytest.raises(Problem) as refusal:
        await desk.live.polled(STRANGER, JOB)
    assert refusal.value.status == 404


async def test_what_was_asked_for_in_vain_is_not_kept(desk: Desk) -> None:
    desk.has()
    for tenant, job_id in ((STRANGER, JOB), (TENANT, OTHER)):
        with pytest.raises(Problem):
            await desk.live.polled(tenant, job_id)
    await desk.live.follow()
    assert (desk.kept, desk.words.follows) == (0, [])


async def test_beyond_the_most_a_poll_is_answered_and_nothing_kept_or_followed() -> None:
    desk = Desk(most=1)
    desk.has()
    desk.has(of=OTHER)
    await desk.live.polled(TENANT, JOB)
    await settled()
    desk.words.take()
    for _ in range(3):
        channel = await desk.live.polled(TENANT, OTHER)
        assert channel.working
        await settled()
    assert (desk.kept, desk.words.follows) == (1, [])


async def test_beyond_the_most_who_watches_still_does() -> None:
    desk = Desk(most=0)
    desk.has()
    with desk.live.watching(JOB) as watch:
        desk.live.heard([JOB])
        await settled()
        assert watch.channel.working


async def test_the_channels_are_counted(desk: Desk) -> None:
    with desk.live.watching(JOB), desk.live.watching(OTHER):
        await desk.live.follow()
        assert desk.counted("live_channels") == 2
    await desk.live.follow()
    assert desk.counted("live_channels") == 0


async def test_a_gateway_that_stops_rings_for_everybody(desk: Desk) -> None:
    with desk.live.watching(JOB) as first, desk.live.listening(OTHER) as second:
        desk.live.close()
        assert desk.live.closing
        assert first.bell.is_set()
        assert second.bell.is_set()


async def test_how_long_jobs_took_lately_is_looked_at_now_and_then(desk: Desk) -> None:
    desk.has()
    channel = await desk.live.polled(TENANT, JOB)
    assert channel.standing is not None
    assert channel.standing.job.started_at is not None
    desk.ledger.lately = [Duration(kind="generation.prompt", model=None, size=None, median=5, p90=10)]
    await desk.live.estimate()
    assert desk.live.estimates.of(channel.standing, channel.standing.job.started_at).percent == 0


async def test_a_job_that_goes_back_to_the_line_is_followed_at_once(desk: Desk) -> None:
    desk.has()
    with desk.live.listening(JOB, known=True) as watch:
        desk.live.heard([JOB])
        await settled()
        assert desk.words.take() == []
        desk.ledger.put(standing("pending", 9))
        desk.live.heard([JOB])
        await settled()
        assert watch.channel.standing is not None
        assert [anew for _, _, anew in desk.words.take()] == [[JOB]]
