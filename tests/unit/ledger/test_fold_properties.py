"""The fold takes whatever runs tell in any order, with any repetition, and comes to the same job."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pressroom_common.contracts import TERMINAL, Snapshot
from pressroom_gateway.ledger.fold import fold
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.policy import Policy
from protocol.histories import histories, new_job
from protocol.profile import examples
from protocol.runs import EPOCH

POLICY = Policy()
NOW = EPOCH + timedelta(hours=1)
ASKED = st.sampled_from((None, "request", "deadline"))


def asked_of(reason: str | None) -> Job:
    """A job of which somebody asked to be cancelled, or nobody."""
    return new_job(cancel_requested=reason, status="cancelling" if reason else "pending")


def states(job: Job, told: Iterable[Snapshot]) -> list[Job]:
    """The job, and what each snapshot made of it."""
    passed = [job]
    for snapshot in told:
        passed.append(fold(passed[-1], snapshot, POLICY, NOW))
    return passed


def folded(job: Job, told: Iterable[Snapshot]) -> Job:
    return states(job, told)[-1]


@st.composite
def shuffles(draw: st.DrawFn, attempts: int = 1) -> tuple[list[Snapshot], list[Snapshot]]:
    """A history, and the same one as a broker may deliver it: in any order, with any of it repeated."""
    history = draw(histories(attempts))
    repeated = draw(st.lists(st.sampled_from(history), max_size=6))
    return history, draw(st.permutations([*history, *repeated]))


@examples(600)
@given(shuffles(), ASKED)
def test_snapshots_of_an_attempt_fold_to_the_same_job_in_any_order(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    history, delivered = shuffle
    assert folded(asked_of(reason), delivered) == folded(asked_of(reason), history)


@examples(600)
@given(shuffles(attempts=3), ASKED)
def test_snapshots_of_several_attempts_fold_to_the_same_job_in_any_order(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    """All but when it began: a ledger that never heard of the first attempt cannot know it."""
    history, delivered = shuffle
    one, other = folded(asked_of(reason), delivered), folded(asked_of(reason), history)
    assert replace(one, started_at=None) == replace(other, started_at=None)


@examples(300)
@given(shuffles(attempts=3), ASKED)
def test_what_was_folded_once_changes_nothing_when_it_is_told_again(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    history, delivered = shuffle
    known = folded(asked_of(reason), history)
    assert folded(known, delivered) == known


@examples(300)
@given(shuffles(attempts=3), ASKED)
def test_a_terminal_status_never_changes_within_its_attempt(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    for before, after in pairwise(states(asked_of(reason), shuffle[1])):
        if before.status in TERMINAL and after.attempt == before.attempt:
            assert (after.status, after.error, after.completed_at, after.result) == (
                before.status,
                before.error,
                before.completed_at,
                before.result,
            )


@examples(300)
@given(shuffles(attempts=3), ASKED)
def test_attempt_claim_and_n_never_go_back(shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None) -> None:
    for before, after in pairwise(states(asked_of(reason), shuffle[1])):
        assert after.attempt >= before.attempt
        assert after.n >= before.n
        assert after.claim >= before.claim


@examples(300)
@given(shuffles(attempts=3), ASKED)
def test_usage_ends_as_the_newest_snapshot_tells_it(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    history, delivered = shuffle
    assert folded(asked_of(reason), delivered).usage == max(history, key=lambda told: told.n).usage


@examples(300)
@given(shuffles(), ASKED)
def test_a_run_that_completed_makes_its_job_completed_whatever_else_was_told(
    shuffle: tuple[list[Snapshot], list[Snapshot]], reason: str | None
) -> None:
    history, delivered = shuffle
    job = folded(asked_of(reason), delivered)
    assert (job.status == "completed") == any(told.state == "completed" for told in history)


@examples(300)
@given(shuffles(), st.floats(0, 3600))
def test_the_next_attempt_has_the_same_time_whenever_it_is_decided(
    shuffle: tuple[list[Snapshot], list[Snapshot]], later: float
) -> None:
    """A replay by another process, or after an outage, comes to the same time: it counts from the event's."""
    now = replayed = new_job()
    for snapshot in shuffle[0]:
        now = fold(now, snapshot, POLICY, NOW)
    for snapshot in shuffle[1]:
        replayed = fold(replayed, snapshot, POLICY, NOW + timedelta(seconds=later))
    assert (replayed.status, replayed.attempt, replayed.run_at) == (now.status, now.attempt, now.run_at)
