"""The plan of a chaos run: the same for the same seed, and with everything in it that shall go wrong."""

from collections import Counter

from chaos.plan import BULKS, HELD, LANES, TENANTS, plan

JOBS, FLOOD = 2_000, 400


def test_a_seed_gives_its_plan_and_no_other() -> None:
    assert plan(3, JOBS, FLOOD) == plan(3, JOBS, FLOOD)
    assert plan(3, JOBS, FLOOD) != plan(4, JOBS, FLOOD)


def test_every_fault_is_planned_as_often_as_it_shall_happen() -> None:
    made = plan(1, JOBS, FLOOD)
    assert Counter(fault.kind for fault in made.on_servers + made.on_processes) == {
        "kill broker": 3,
        "kill generator": 3,
        "kill gateway": 3,
        "kill monitor": 3,
        "restart database": 2,
        "stop generator": 1,
        "duplicate": 3,
    }
    assert {hold.what for hold in made.holds} == set(HELD)


def test_jobs_of_all_sorts_are_planned() -> None:
    made = plan(1, JOBS, FLOOD)
    wishes = made.wishes
    assert (len(wishes), len(made.flood)) == (JOBS, FLOOD)
    assert {wish.lane for wish in wishes} == set(LANES)
    assert {wish.tenant for wish in wishes} == set(TENANTS)
    assert {wish.mode for wish in wishes} == {"async", "sync", "stream"}
    assert {wish.has_key for wish in wishes} == {wish.has_schema for wish in wishes} == {True, False}
    assert {wish.run_in is None for wish in made.stream} == {True, False}
    asked = {step.kind for wish in wishes for step in wish.steps}
    assert asked == {"cancel", "pause", "resume", "to lane", "to time", "retry", "again"}
    failures = [failure for wish in wishes for failure in wish.failures]
    assert {failure.get("status") for failure in failures} == {None, 400, 500, 503}
    assert {"retry_after" in failure for failure in failures if failure.get("kind") == "rate_limited"} == {True, False}


def test_who_waits_for_the_end_asks_for_no_time_and_does_nothing_before() -> None:
    waiting = [wish for wish in plan(1, JOBS, FLOOD).wishes if wish.mode != "async"]
    assert {wish.run_in for wish in waiting} == {None}
    assert {step.kind for wish in waiting for step in wish.steps} == {"retry", "again"}


def test_administrators_cancel_and_try_again_in_turns() -> None:
    bulks = plan(1, JOBS, FLOOD).bulks
    assert [bulk.action for bulk in bulks] == ["cancel", "retry"] * (BULKS // 2)
    assert sorted(bulk.after for bulk in bulks) == [bulk.after for bulk in bulks]


def test_every_pause_ends_with_a_resume_or_a_cancel() -> None:
    for wish in plan(1, JOBS, FLOOD).wishes:
        kinds = [step.kind for step in wish.steps]
        if "pause" in kinds:
            assert kinds[kinds.index("pause") + 1] in {"resume", "cancel"}


def test_failures_meet_only_their_own_job() -> None:
    wishes = plan(1, JOBS, FLOOD).wishes
    marks = [wish.mark for wish in wishes]
    assert len(set(marks)) == JOBS
    assert not any(other in mark for mark in marks[:50] for other in marks if other != mark)
