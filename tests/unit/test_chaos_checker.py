"""The checker of the chaos finds what is lost, doubled, bought without need or told wrongly, and nothing else."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from chaos.answers import Answer
from chaos.checker import UNREAD, Evidence, lost_measures, violations
from chaos.history import Attempt, History, Spent, Told
from chaos.live.follower import Follow
from chaos.live.sse import Event
from integration.delivery.rows import Parked
from unit.one_job import AGAIN, BOUGHT, CALL, ID, JOB, LATER, LOG, NOW, RESULT, RUN, TOLD, USAGE, rows

OTHER = UUID(int=9)
ACCEPTED = Answer(number=7, asked="submit", code=202, job_id=ID, status="pending")
SHOWN = Answer(number=7, asked="list", code=200, job_id=ID, status="completed", content=RESULT["content"])
ENDING = (ID, 3, "completed")
KNOWN = Told(job_id=ID, status="completed", version=3, attempt=1, error_code="", started_at=NOW, completed_at=NOW)
HISTORY = History(
    jobs={ID: KNOWN},
    endings=frozenset({ENDING}),  # type: ignore[arg-type]
    attempts={(ID, 1): Attempt(job_id=ID, attempt=1, n=2, state="completed")},
    spent={ID: Spent(job_id=ID, by_model=USAGE)},
    counts={"completed": 1},
)
GENERATED = Answer(number=7, asked="generate", code=200, job_id=ID, status="completed", content=RESULT["content"])
TOLD_FAILED = Answer(number=7, asked="generate", code=400, job_id=ID, status="failed", error_code="provider_rejected")
FAILED = replace(JOB, status="failed", result=None, error={"code": "deadline"})
UNEVEN = Follow(7, by_post=True)
UNEVEN.transcript.connected(resuming=False)
UNEVEN.transcript.hear(Event("", "delta", {"offset": 5, "text": "gap"}))
WELL = Evidence(rows=rows(), heard=[TOLD], answers=[ACCEPTED, SHOWN], unheard=0, history=HISTORY)
LOST_CALL = replace(BOUGHT, outcome="unknown", possible_double_charge=True, usage={})
BOTH_HEARD = [replace(TOLD, outcome="client_closed"), replace(TOLD, client_request_id=str(AGAIN.id))]
BOUGHT_AGAIN = replace(WELL, rows=rows(calls=(LOST_CALL, AGAIN)), heard=BOTH_HEARD)


def told(**fields: Any) -> History:
    return replace(HISTORY, jobs={ID: replace(KNOWN, **fields)})


def shown(**fields: Any) -> list[Answer]:
    return [ACCEPTED, replace(SHOWN, **fields)]


def parked() -> Parked:
    return Parked(id=OTHER, status="parked", reason="rejected", queue="generator.low", type="", job_id=ID, body=b"")


def test_what_agrees_is_no_violation() -> None:
    assert violations(WELL) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        pytest.param({"rows": rows(job=None)}, "was accepted, but is not in the ledger", id="lost"),
        pytest.param({"rows": rows(job=replace(JOB, status="pending"))}, "it never ended", id="forgotten"),
        pytest.param({"rows": rows(job=replace(JOB, result=None))}, "completed without content", id="result lost"),
        pytest.param(
            {"answers": shown(content="Another text.")}, "has read another content than it has", id="result changed"
        ),
        pytest.param(
            {"answers": shown(status="cancelled", content=None)}, "told that it is cancelled", id="status changed"
        ),
        pytest.param(
            {"answers": [*WELL.answers, replace(ACCEPTED, job_id=OTHER, asked="again")]},
            "wish 7 became 2 jobs",
            id="wish doubled",
        ),
        pytest.param(
            {"answers": [*WELL.answers, replace(ACCEPTED, number=8)]}, "the answer to 2 wishes", id="wishes merged"
        ),
        pytest.param({"answers": [ACCEPTED]}, "is 0 times in its tenant's list", id="not listed"),
        pytest.param({"answers": [ACCEPTED, SHOWN, SHOWN]}, "is 2 times in its tenant's list", id="listed twice"),
        pytest.param({"answers": [SHOWN]}, "1 jobs were promised to nobody", id="job that nobody asked for"),
        pytest.param(
            {"answers": [*WELL.answers, Answer(number=7, asked="resume", code=500, text="internal")]},
            "resume was answered with 500: internal",
            id="answer that must not be",
        ),
        pytest.param(
            {"answers": [*WELL.answers, replace(GENERATED, content="Another text.")]},
            "has read another content than it has",
            id="sync answer changed",
        ),
        pytest.param(
            {"answers": [*WELL.answers, Answer(number=7, asked="generate", code=502, text="lost")]},
            "its job is not named in the 502: lost",
            id="sync answer without its job",
        ),
        pytest.param(
            {"answers": [*WELL.answers, replace(GENERATED, code=202, job_id=OTHER, content=None, status="pending")]},
            f"job {OTHER} was accepted, but is not in the ledger",
            id="handed over and lost",
        ),
        pytest.param(
            {"answers": [*WELL.answers, replace(TOLD_FAILED, error_code="provider_failed")]},
            "told that it is failed, but it is completed",
            id="sync error that was none",
        ),
        pytest.param(
            {"answers": [ACCEPTED, TOLD_FAILED], "rows": rows(job=FAILED)},
            "was told the error provider_rejected, but it failed with deadline",
            id="another error",
        ),
        pytest.param({"follows": [UNEVEN]}, "wish 7, stream of job None: a delta began at 5", id="stream with a gap"),
        pytest.param({"parked": [parked()]}, "a message of generator.low was parked", id="parked"),
    ],
)
def test_what_clients_were_promised_and_did_not_get_is_found(broken: dict[str, Any], words: str) -> None:
    assert_found(replace(WELL, **broken), words)


def test_what_sync_requests_were_told_rightly_is_no_violation() -> None:
    handed_over = replace(GENERATED, code=202, content=None, status="pending")
    streamed = replace(GENERATED, asked="stream")
    assert violations(replace(WELL, answers=[GENERATED, handed_over, streamed, SHOWN])) == []


def test_a_result_that_came_twice_is_found() -> None:
    again = [replace(LOG[1], version=4, attempt=2), replace(LOG[2], version=5, attempt=2)]
    assert_found(replace(WELL, rows=rows(log=[*LOG, *again])), "completed more than once")


def test_a_second_call_is_allowed_where_the_first_was_in_flight_at_a_kill() -> None:
    assert violations(replace(BOUGHT_AGAIN, in_flight=frozenset({CALL}))) == []
    assert_found(BOUGHT_AGAIN, f"though call {CALL} was in flight at no kill")


def test_a_second_call_that_is_not_marked_is_found() -> None:
    both = rows(calls=(BOUGHT, AGAIN))
    assert_found(replace(BOUGHT_AGAIN, rows=both, in_flight=frozenset({CALL})), "was bought 2 times, and not marked")


def test_jobs_of_lost_answers_are_no_more_than_these() -> None:
    unheard = replace(WELL, answers=[SHOWN], unheard=1)
    assert violations(unheard) == []


def test_a_cancelled_job_may_end_otherwise_only_when_it_was_tried_again() -> None:
    cancelled = Answer(number=7, asked="cancel", code=200, job_id=ID, status="cancelled")
    retried = Answer(number=7, asked="retry", code=202, job_id=ID, status="pending")
    assert_found(replace(WELL, answers=[*WELL.answers, cancelled]), "told that it is cancelled, but it is completed")
    assert violations(replace(WELL, answers=[*WELL.answers, cancelled, retried])) == []


@pytest.mark.parametrize(
    ("history", "words"),
    [
        pytest.param(replace(HISTORY, jobs={}), "the monitor does not know it", id="job unknown"),
        pytest.param(
            replace(HISTORY, jobs={ID: KNOWN, OTHER: replace(KNOWN, job_id=OTHER)}), "the ledger does not", id="no job"
        ),
        pytest.param(told(status="failed"), "the ledger says ('completed', 3, 1, '')", id="status"),
        pytest.param(told(version=2), "the monitor ('completed', 2, 1, '')", id="version"),
        pytest.param(told(attempt=2), "the monitor ('completed', 3, 2, '')", id="attempt"),
        pytest.param(told(error_code="deadline"), "'deadline')", id="error"),
        pytest.param(told(started_at=None), "the monitor says None", id="beginning"),
        pytest.param(told(completed_at=LATER), "it ended at", id="end"),
        pytest.param(replace(HISTORY, endings=frozenset()), "only the ledger knows", id="ending lost"),
        pytest.param(
            replace(HISTORY, endings=HISTORY.endings | {(ID, 2, "failed")}), "only the monitor knows", id="ending made"
        ),
        pytest.param(replace(HISTORY, counts={"completed": 2}), "the monitor counts", id="count"),
        pytest.param(replace(HISTORY, attempts={}), "the monitor knows nothing", id="measure lost"),
        pytest.param(replace(HISTORY, spent={}), "the monitor says {}", id="usage lost"),
    ],
)
def test_a_history_that_differs_from_the_ledger_is_found(history: History, words: str) -> None:
    assert_found(replace(WELL, history=history), words)


@pytest.mark.parametrize(
    ("lost_at", "allowed"),
    [
        pytest.param(NOW, True, id="told just before"),
        pytest.param(NOW + UNREAD, False, id="told long before"),
        pytest.param(NOW - timedelta(seconds=1), False, id="told afterwards"),
    ],
)
def test_only_measures_told_just_before_the_broker_lost_its_data_may_be_missing(
    lost_at: datetime, allowed: bool
) -> None:
    without = replace(WELL, history=replace(HISTORY, attempts={}, spent={}), lost_at=lost_at)
    assert RUN.updated_at == NOW
    assert (violations(without) == []) is allowed
    assert lost_measures(without) == allowed


def assert_found(evidence: Evidence, words: str) -> None:
    found = violations(evidence)
    assert any(words in sentence for sentence in found), found
