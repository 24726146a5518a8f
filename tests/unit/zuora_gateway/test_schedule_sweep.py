"""What becomes of slots, and of wishes about schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from pressroom_common.contracts import SyncInput
from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_common.zuora_reads import CustomerView, EnvironmentView
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.problems import Problem, not_found
from pressroom_gateway.schedules.answers import schedule_answer
from pressroom_gateway.schedules.forms import ScheduleEdit, ScheduleQuery, WishedSchedule
from pressroom_gateway.schedules.measures import ScheduleMetrics
from pressroom_gateway.schedules.records import Schedule
from pressroom_gateway.schedules.service import ScheduleService
from pressroom_gateway.schedules.sweep import ScheduleSweep
from unit.zuora_gateway.books import Book

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
TENANT, OURS, THEIRS = uuid4(), uuid4(), uuid4()
KEEPER = Principal(TENANT, uuid4(), "keeper", Role.TENANT_ADMIN, SCOPES[Role.TENANT_ADMIN], NOW)
ORIGIN = Origin(KEEPER, "request", "")


class KnownEnvironments:
    async def customer(self, principal: Principal, customer_id: UUID) -> CustomerView:
        raise not_found(f"customer {customer_id} of {principal.tenant_id}")

    async def environment(self, principal: Principal, environment_id: UUID) -> EnvironmentView:
        if (principal.tenant_id, environment_id) != (TENANT, OURS):
            raise not_found("environment")
        fields: dict[str, Any] = {"id": OURS, "customer_id": uuid4(), "customer": "Acme", "name": "production"}
        return EnvironmentView.model_construct(**fields)

    async def environments(self, principal: Principal) -> tuple[EnvironmentView, ...]:
        return (await self.environment(principal, OURS),)


@pytest.fixture
def book() -> Book:
    return Book(NOW)


@pytest.fixture
def service(book: Book) -> ScheduleService:
    return ScheduleService(book, KnownEnvironments(), book)


@pytest.fixture
def sweep(book: Book) -> ScheduleSweep:
    return ScheduleSweep(book, book, ScheduleMetrics(Metrics()), limit=10)


async def hourly(service: ScheduleService, **wish: Any) -> Schedule:
    return await service.add(
        KEEPER, WishedSchedule(environment_id=OURS, cron="0 * * * *", **{"jitter_seconds": 0} | wish)
    )


def inputs(book: Book) -> list[SyncInput]:
    return [msgspec.json.decode(job.input, type=SyncInput) for job in book.jobs.values()]


async def test_nothing_is_made_before_its_time(book: Book, service: ScheduleService, sweep: ScheduleSweep):
    await hourly(service)
    book.passes(minutes=29, seconds=59)
    await sweep.sweep()
    assert book.jobs == {}


async def test_a_slot_makes_one_job_in_the_low_lane_and_names_the_next(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    made = await hourly(service, full=True)
    book.passes(minutes=30)
    await sweep.sweep()
    await sweep.sweep()
    (job,) = book.jobs.values()
    assert (job.lane, job.queue, job.concurrency_key) == ("low", "zuora-sync.low", f"zuora:{OURS}")
    assert inputs(book) == [SyncInput(environment_id=OURS, full=True)]
    after = book.rows[made.id]
    assert (after.last_job_id, after.next_at) == (job.id, NOW + timedelta(minutes=90))


async def test_many_missed_slots_are_made_up_for_once(book: Book, service: ScheduleService, sweep: ScheduleSweep):
    made = await hourly(service)
    book.passes(hours=49)
    await sweep.sweep()
    assert len(book.jobs) == 1
    assert book.rows[made.id].next_at == NOW + timedelta(hours=49, minutes=30)


async def test_a_gateway_that_dies_before_it_notes_the_job_makes_no_second_one(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    await hourly(service)
    book.passes(hours=1)
    book.dies_before_taking = True
    with pytest.raises(Unavailable):
        await sweep.sweep()
    book.dies_before_taking = False
    await sweep.sweep()
    assert len(book.jobs) == 1


async def test_while_the_ledger_is_away_the_slot_stays_due(book: Book, service: ScheduleService, sweep: ScheduleSweep):
    made = await hourly(service)
    book.passes(hours=1)
    book.ledger_is_away = True
    with pytest.raises(Unavailable):
        await sweep.sweep()
    assert book.rows[made.id].next_at == made.next_at


async def test_a_slot_is_skipped_while_the_job_before_is_not_over(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    made = await hourly(service)
    book.passes(hours=1)
    await sweep.sweep()
    book.busy = {job.id for job in book.jobs.values()}
    book.passes(hours=1)
    await sweep.sweep()
    assert len(book.jobs) == 1
    assert book.rows[made.id].skipped_at == book.clock
    book.busy = set()
    book.passes(hours=1)
    await sweep.sweep()
    assert len(book.jobs) == 2


async def test_what_is_paused_makes_nothing_and_what_is_resumed_does_not_make_up(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    made = await hourly(service)
    paused = await service.pause(KEEPER, made.id)
    assert (paused.paused_by, paused.paused_at) == ("key:keeper", NOW)
    book.passes(hours=5)
    await sweep.sweep()
    resumed = await service.resume(TENANT, made.id)
    await sweep.sweep()
    assert book.jobs == {}
    assert (resumed.paused_by, resumed.next_at) == (None, NOW + timedelta(hours=5, minutes=30))


async def test_a_schedule_is_triggered_also_while_it_is_paused_and_keeps_its_slot(book: Book, service: ScheduleService):
    made = await hourly(service)
    await service.pause(KEEPER, made.id)
    job = await service.trigger(made.id, ORIGIN)
    after = book.rows[made.id]
    assert (after.last_job_id, after.slot, after.paused_by) == (job.id, made.slot, "key:keeper")
    assert [each.lane for each in book.jobs.values()] == ["default"]


async def test_a_repeated_trigger_gets_its_first_job(book: Book, service: ScheduleService):
    made = await hourly(service)
    origin = Origin(KEEPER, "request", "", idempotency_key="once")
    assert (await service.trigger(made.id, origin)).id == (await service.trigger(made.id, origin)).id
    assert len(book.jobs) == 1


async def test_another_cron_has_another_slot_and_the_same_one_keeps_it(book: Book, service: ScheduleService):
    made = await hourly(service)
    book.passes(hours=2)
    same = await service.change(TENANT, made.id, ScheduleEdit(full=True, cron="0 * * * *"))
    assert (same.slot, same.full) == (made.slot, True)
    other = await service.change(TENANT, made.id, ScheduleEdit(cron="15 * * * *", jitter_seconds=10))
    assert other.slot == NOW + timedelta(hours=2, minutes=45)


async def test_two_changes_at_once_lose_none(book: Book, service: ScheduleService):
    made = await hourly(service)
    book.meanwhile = lambda: service.change(TENANT, made.id, ScheduleEdit(full=True, jitter_seconds=5))
    changed = await service.change(TENANT, made.id, ScheduleEdit(cron="15 * * * *"))
    assert (changed.cron, changed.full, changed.jitter) == ("15 * * * *", True, 5)


async def test_a_change_beside_a_sweep_does_not_set_the_slot_back(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    made = await hourly(service)
    book.passes(hours=1)
    book.meanwhile = sweep.sweep
    changed = await service.change(TENANT, made.id, ScheduleEdit(full=True))
    assert (changed.full, changed.slot) == (True, NOW + timedelta(minutes=90))
    await sweep.sweep()
    assert (len(book.jobs), book.rows[made.id].skipped_at) == (1, None)


async def test_what_is_resumed_beside_a_change_comes_at_the_time_of_the_new_plan(book: Book, service: ScheduleService):
    made = await hourly(service)
    await service.pause(KEEPER, made.id)
    book.meanwhile = lambda: service.change(TENANT, made.id, ScheduleEdit(cron="45 * * * *"))
    resumed = await service.resume(TENANT, made.id)
    assert resumed.next_at == NOW + timedelta(minutes=15)


async def test_who_is_overtaken_again_and_again_is_told(book: Book, service: ScheduleService):
    made = await hourly(service)

    async def other() -> None:
        book.rows[made.id] = msgspec.structs.replace(book.rows[made.id], jitter=book.rows[made.id].jitter + 1)
        book.meanwhile = other

    book.meanwhile = other
    with pytest.raises(Problem) as refused:
        await service.change(TENANT, made.id, ScheduleEdit(full=True))
    assert (refused.value.status, refused.value.code) == (409, "conflict")


async def test_schedules_of_an_environment_that_there_is_not_are_no_empty_list(service: ScheduleService):
    assert list(await service.list(KEEPER, ScheduleQuery(environment_id=OURS))) == []
    with pytest.raises(Problem) as refused:
        await service.list(KEEPER, ScheduleQuery(environment_id=THEIRS))
    assert refused.value.status == 404


async def test_what_is_left_of_deleted_environments_goes_and_what_is_new_stays(book: Book, service: ScheduleService):
    left, kept = await hourly(service), await hourly(service)
    book.passes(minutes=1)
    new = await hourly(service)
    for each in (left, new):
        book.rows[each.id] = msgspec.structs.replace(book.rows[each.id], environment_id=THEIRS)
    await service.forget_gone(KEEPER)
    assert set(book.rows) == {kept.id, new.id}


async def test_a_schedule_whose_plan_is_understood_no_more_is_paused_and_holds_up_no_other(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    broken, sound = await hourly(service), await hourly(service)
    book.rows[broken.id] = msgspec.structs.replace(book.rows[broken.id], timezone="Europe/Atlantis")
    book.passes(hours=1)
    await sweep.sweep()
    assert book.rows[broken.id].paused_by == "system"
    assert book.rows[sound.id].last_job_id is not None
    assert schedule_answer(book.rows[broken.id], book.clock).next_runs == []


async def test_a_schedule_whose_environment_is_gone_makes_no_more_jobs(
    book: Book, service: ScheduleService, sweep: ScheduleSweep
):
    made = await hourly(service)
    book.deleted_environments = {OURS}
    book.passes(hours=2)
    await sweep.sweep()
    assert (book.jobs, book.rows[made.id].paused_by) == ({}, "system")


async def test_environments_of_others_get_no_schedule(book: Book, service: ScheduleService):
    with pytest.raises(Problem) as refused:
        await service.add(KEEPER, WishedSchedule(environment_id=THEIRS, cron="0 * * * *"))
    assert (refused.value.status, book.rows) == (404, {})


async def test_a_plan_that_makes_no_sense_is_named_by_its_field(service: ScheduleService):
    with pytest.raises(Problem) as refused:
        await hourly(service, timezone="Europe/Atlantis")
    assert [error.field for error in refused.value.errors] == ["timezone"]


async def test_the_next_five_runs_are_told_with_their_jitter(book: Book, service: ScheduleService):
    made = await hourly(service, jitter_seconds=600)
    answer = schedule_answer(made, NOW)
    assert len(answer.next_runs) == 5
    assert answer.next_runs[0] == answer.next_at == made.next_at
    for number, run in enumerate(answer.next_runs):
        assert timedelta() <= run - (NOW + timedelta(hours=number, minutes=30)) < timedelta(seconds=600)
    paused = schedule_answer(await service.pause(KEEPER, made.id), NOW)
    assert (paused.next_at, paused.next_runs) == (None, answer.next_runs)
