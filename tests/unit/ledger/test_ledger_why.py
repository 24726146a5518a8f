"""Why a job does not run, in every state and behind every obstacle: tables of what a person is told."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from pressroom_common.contracts import lane_queue
from pressroom_common.topology import LANES
from pressroom_gateway.ledger.capacity import Capacity, Hold, Limits, Load, Slots, Taken, Windows
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.records import Ahead
from pressroom_gateway.ledger.why import Reason, why
from protocol.histories import TENANT
from protocol.runs import EPOCH
from protocol.states import NOW, SOON, STATES

QUEUE = "generator.default"
WORKERS = Slots("generator", "default", 4, 1)
FREE = Load(slots=(WORKERS,))
STRANGER = UUID(int=5)


def capacity(load: Load = FREE, window: int = 4, share: float = 1.0, tenant_jobs: int = 100) -> Capacity:
    limits = Limits(smallest_window=window, window_per_slot=0, tenant_share=share, tenant_jobs=tenant_jobs)
    return Windows(limits, [lane_queue("generator", lane) for lane in LANES]).capacity(load)


def reasons(job: Job, free: Capacity | None = None) -> list[Reason]:
    return why(job, free or capacity(), None, NOW).reasons


def codes(job: Job, free: Capacity | None = None) -> list[str]:
    return [reason.code for reason in reasons(job, free)]


def out(queue: str, jobs: int, *, mine: bool = True) -> Load:
    return Load(taken=(Taken(queue, TENANT if mine else STRANGER, jobs),), slots=(WORKERS,))


CODES: dict[str, list[str]] = {
    "waits for a place": [],
    "waits for its time": ["scheduled"],
    "paused": ["paused"],
    "paused before its time": ["paused", "scheduled"],
    "published": ["queued"],
    "being paused": ["recalled"],
    "being moved": ["recalled"],
    "being resumed": ["recalled"],
    "snoozed": ["snoozed"],
    "snoozed, being paused": ["recalled"],
    "handed back": ["queued"],
    "running": ["running"],
    "backs off": ["backing_off"],
    "cancelling": ["cancelling"],
    "past its day": ["cancelling"],
    "completed": ["over"],
    "failed": ["over"],
    "cancelled": ["over"],
    "cancelled unseen": ["over"],
}


def test_the_table_knows_every_state() -> None:
    assert CODES.keys() == STATES.keys()


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_reason(state: str) -> None:
    assert codes(STATES[state]) == CODES[state]


@pytest.mark.parametrize("state", STATES)
def test_who_needs_a_worker_is_told_that_there_is_none(state: str) -> None:
    busy = {"running", "cancelling", "over"} & set(CODES[state])
    assert codes(STATES[state], capacity(Load())) == CODES[state] + ([] if busy else ["no_worker"])


@pytest.mark.parametrize(
    "slots", [Slots("generator", "high", 4, 1), Slots("generator", "default", 0, 0), Slots("zuora", "default", 4, 1)]
)
def test_workers_of_another_lane_or_service_are_no_help(slots: Slots) -> None:
    assert codes(STATES["published"], capacity(Load(slots=(slots,)))) == ["queued", "no_worker"]


@pytest.mark.parametrize(
    ("state", "since"),
    [
        ("completed", EPOCH),
        ("cancelled unseen", EPOCH),
        ("running", EPOCH),
        ("published", EPOCH),
        ("paused", EPOCH),
    ],
)
def test_a_reason_says_since_when(state: str, since: datetime) -> None:
    assert reasons(STATES[state])[0].since == since


@pytest.mark.parametrize("state", ["waits for its time", "snoozed", "backs off"])
def test_a_time_that_is_waited_for_is_named(state: str) -> None:
    assert [reason.until for reason in reasons(STATES[state])] == [SOON]


def test_a_time_that_has_come_is_no_reason() -> None:
    assert codes(replace(STATES["snoozed"], run_at=NOW)) == []


def test_a_paused_job_says_both_who_paused_it_and_that_it_backs_off_until_when() -> None:
    paused, waiting = reasons(replace(STATES["backs off"], status="blocked", held_by="somebody", held_at=EPOCH))
    assert (paused.code, paused.by) == ("paused", "somebody")
    assert (waiting.code, waiting.until) == ("backing_off", SOON)


def test_a_job_that_was_resumed_in_its_back_off_still_backs_off() -> None:
    assert codes(replace(STATES["backs off"], status="scheduled")) == ["backing_off"]


def test_who_paused_it_is_named() -> None:
    [reason] = reasons(STATES["paused"])
    assert (reason.by, reason.detail) == ("somebody", "It is paused.")


@pytest.mark.parametrize(
    ("scope", "name"), [("lane", "default"), ("kind", "generation.prompt"), ("tenant", str(TENANT))]
)
def test_a_pause_of_many_jobs_says_of_which(scope: str, name: str) -> None:
    hold = Hold(scope, name, "an operator", EPOCH)  # type: ignore[arg-type]
    [reason] = reasons(STATES["waits for a place"], capacity(Load(holds=(hold,), slots=(WORKERS,))))
    assert (reason.code, reason.detail) == ("paused", f"The {scope} is paused.")
    assert (reason.by, reason.since) == ("an operator", EPOCH)


@pytest.mark.parametrize(
    ("free", "code", "detail"),
    [
        pytest.param(
            capacity(out(QUEUE, 4, mine=False)), "lane_full", "All 4 places of the lane default are taken.", id="lane"
        ),
        pytest.param(
            capacity(out(QUEUE, 2), share=0.5),
            "tenant_cap",
            "The tenant has 2 of its 2 places in the lane default.",
            id="cap",
        ),
        pytest.param(
            capacity(out("generator.high", 3), tenant_jobs=3),
            "tenant_limit",
            "The tenant has 3 jobs out, of 3 at a time.",
            id="limit",
        ),
    ],
)
def test_what_is_full_is_told_in_numbers(free: Capacity, code: str, detail: str) -> None:
    assert reasons(STATES["waits for a place"], free) == [Reason(code, detail)]


def test_a_busy_key_is_named() -> None:
    free = capacity()
    free.busy_keys.add((TENANT, "invoice 7"))
    [reason] = reasons(replace(STATES["waits for a place"], concurrency_key="invoice 7"), free)
    assert (reason.code, "invoice 7" in reason.detail) == ("concurrency_key", True)
    assert codes(replace(STATES["waits for a place"], concurrency_key="invoice 8"), free) == []


def test_nobody_knows_when_a_busy_key_gets_free() -> None:
    free = capacity()
    free.busy_keys.add((TENANT, "invoice 7"))
    ahead = Ahead(own=0, lane=1, tenants=1, per_second=2.0)
    told = why(replace(STATES["waits for a place"], concurrency_key="invoice 7"), free, ahead, NOW)
    assert (told.position, told.estimated_start_at) == (1, None)


@pytest.mark.parametrize(
    ("state", "ahead", "position", "starts"),
    [
        pytest.param("waits for a place", None, None, None, id="not asked for: it has a place"),
        pytest.param("paused", Ahead(own=3, lane=9, tenants=2, per_second=2.0), None, None, id="paused: no position"),
        pytest.param("waits for a place", Ahead(own=0, lane=1, tenants=1, per_second=2.0), 1, 0.5, id="the first"),
        pytest.param("waits for a place", Ahead(own=3, lane=4, tenants=1, per_second=2.0), 4, 2.0, id="alone"),
        pytest.param("waits for a place", Ahead(own=3, lane=9, tenants=2, per_second=2.0), 7, 3.5, id="by turns"),
        pytest.param("waits for a place", Ahead(own=3, lane=5, tenants=9, per_second=2.0), 5, 2.5, id="all at most"),
        pytest.param("waits for a place", Ahead(own=3, lane=4, tenants=1, per_second=None), 4, None, id="no pace"),
        pytest.param("waits for a place", Ahead(own=0, lane=0, tenants=0, per_second=None), 1, 0.0, id="at once"),
        pytest.param("waits for its time", Ahead(own=0, lane=0, tenants=0, per_second=2.0), 1, 60.0, id="its time"),
        pytest.param("backs off", Ahead(own=3, lane=9, tenants=1, per_second=0.05), 4, 80.0, id="later than its time"),
    ],
)
def test_a_position_and_a_time_are_told_where_they_can_be_known(
    state: str, ahead: Ahead | None, position: int | None, starts: float | None
) -> None:
    told = why(STATES[state], capacity(), ahead, NOW)
    assert told.position == position
    assert told.estimated_start_at == (None if starts is None else NOW + timedelta(seconds=starts))
