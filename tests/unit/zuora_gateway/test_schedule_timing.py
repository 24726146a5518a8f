"""When schedules come: cron, time zones whose clocks change, jitter, and plans that make no sense."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.schedules.records import Plan
from pressroom_gateway.schedules.timing import NeverComes, check, next_slot, next_slots, times_after

SCHEDULE = UUID("0197a1b2-0000-7000-8000-000000000001")
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def plan(cron: str, timezone: str = "UTC", jitter: int = 0) -> Plan:
    return Plan(cron=cron, timezone=timezone, jitter=jitter)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(cron: str, timezone: str, after: str, count: int) -> list[str]:
    found = islice(times_after(plan(cron, timezone), utc(after)), count)
    return [f"{at:%m-%dT%H:%M}" for at in found]


@pytest.mark.parametrize(
    ("cron", "timezone", "expected"),
    [
        ("0 2 * * *", "UTC", "2026-01-16T02:00"),
        ("0 2 * * *", "Europe/Berlin", "2026-01-16T01:00"),
        ("*/15 * * * *", "UTC", "2026-01-15T10:45"),
        ("30 6 * * MON-FRI", "America/New_York", "2026-01-15T11:30"),
        ("0 12 15 * *", "Asia/Kolkata", "2026-02-15T06:30"),
        ("0 0 29 2 *", "UTC", "2028-02-29T00:00"),
    ],
)
def test_the_next_slot_is_the_first_that_the_cron_names_in_its_time_zone(cron: str, timezone: str, expected: str):
    assert next_slot(plan(cron, timezone), SCHEDULE, NOW).at == utc(expected)


def test_a_slot_at_this_very_time_is_past():
    assert next_slot(plan("30 10 * * *"), SCHEDULE, NOW).at == NOW + timedelta(days=1)


def test_a_slot_in_the_hour_that_clocks_skip_comes_right_after_it():
    assert times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00", 3) == ["03-28T01:30", "03-29T01:00", "03-30T00:30"]


def test_a_slot_in_the_hour_that_clocks_repeat_comes_once():
    assert times("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00", 3) == ["10-24T00:30", "10-25T00:30", "10-26T01:30"]


def test_from_within_the_repeated_hour_nothing_comes_a_second_time():
    assert times("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10", 1) == ["10-26T01:30"]


def test_what_comes_every_hour_comes_every_hour_also_when_clocks_change():
    for day in ("2026-03-28", "2026-10-24"):
        found = list(islice(times_after(plan("0 * * * *", "Europe/Berlin"), utc(f"{day}T22:30")), 8))
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    cron=st.sampled_from(["*/7 * * * *", "15,45 * * * *", "30 2 * * *", "0 1-3 * * SUN", "5 0 1 * *"]),
)
def test_slots_come_later_and_later_and_after_what_was_asked_for(minutes: int, timezone: str, cron: str):
    after = utc("2026-01-01T00:00") + timedelta(minutes=minutes)
    found = list(islice(times_after(plan(cron, timezone), after), 6))
    assert len(found) == 6
    assert all(earlier < later for earlier, later in pairwise([after, *found]))


@given(jitter=st.integers(0, 3599), schedule_id=st.uuids())
def test_jitter_is_less_than_was_said_and_the_same_for_all_who_ask(jitter: int, schedule_id: UUID):
    first, again = (next_slots(plan("0 * * * *", jitter=jitter), schedule_id, NOW, 5) for _ in range(2))
    assert first == again
    for slot in first:
        assert timedelta() <= slot.due - slot.at <= timedelta(seconds=max(jitter - 1, 0))


def test_jitter_reaches_no_slot_that_the_clocks_brought_closer():
    """02:30 and 03:30 of a night without the hour between: half an hour apart."""
    for number in range(200):
        slots = next_slots(plan("30 2,3 * * *", "Europe/Berlin", 3599), UUID(int=number), utc("2026-03-28T12:00"), 4)
        assert [f"{slot.at:%dT%H:%M}" for slot in slots[:2]] == ["29T01:00", "29T01:30"]
        assert all(slot.due < later.at for slot, later in pairwise(slots))
        following = next_slot(plan("30 2,3 * * *", "Europe/Berlin", 3599), UUID(int=number), slots[0].due)
        assert following == slots[1]


def test_jitter_spreads_schedules_of_one_time():
    due = {next_slot(plan("0 2 * * *", jitter=600), UUID(int=number), NOW).due for number in range(50)}
    assert len(due) > 30


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (plan("0 2 * *"), "cron"),
        (plan("0 0 2 * * *"), "cron"),
        (plan("@daily"), "cron"),
        (plan("61 * * * *"), "cron"),
        (plan("0 0 31 2 *"), "cron"),
        (plan("0 0 29 2 *", "Europe/Atlantis"), "timezone"),
        (plan("0 2 * * *", "../../etc/passwd"), "timezone"),
        (plan("0 2 * * *", ""), "timezone"),
        (plan("*/5 * * * *", jitter=300), "jitter_seconds"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_its_field(wrong: Plan, field: str):
    with pytest.raises(NeverComes) as refused:
        check(wrong, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("61 * * * *", "the minute '61' must be 0 to 59"),
        ("* 24 * * *", "the hour '24' must be 0 to 23"),
        ("0 0 32 2 *", "the day of month '32' must be 1 to 31"),
        ("0 0 * 13 *", "the month '13' must be 1 to 12"),
        ("0 0 * * SOON", "the day of week 'SOON' must be 0 to 7"),
        ("0 0 30 2 *", "never comes: no month that it names has such a day"),
        ("0 0 31 FEB,APR *", "never comes: no month that it names has such a day"),
    ],
)
def test_what_is_wrong_with_a_cron_is_told_with_what_it_may_be(cron: str, told: str):
    with pytest.raises(NeverComes) as refused:
        check(plan(cron), NOW)
    assert refused.value.reason.startswith(told)


def test_jitter_may_be_as_long_as_the_time_between_two_runs_allows():
    check(plan("*/5 * * * *", jitter=299), NOW)
    check(plan("0 2 * * *", jitter=3600), NOW)
