"""How far a job is, in words and numbers, in every status."""

from datetime import timedelta

import msgspec
import pytest

from pressroom_common.contracts import GENERATE_ARTICLE, JobStatus, LiveRun, Stage, Step, Usage
from pressroom_gateway.live.estimates import Estimates
from pressroom_gateway.live.progress import MESSAGES, Progress, progress_of
from pressroom_gateway.live.records import Duration
from protocol.runs import EPOCH
from unit.live.watched import JOB, NOW, STATUSES, channel, completed, standing, words

CODES = {
    "blocked": "blocked",
    "scheduled": "scheduled",
    "pending": "waiting",
    "processing": "preparing",
    "retrying": "retrying",
    "cancelling": "cancelling",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}
KNOWN = Estimates([Duration(kind="generation.prompt", model=None, size=None, median=40, p90=60)])


def progress(status: JobStatus, stage: Stage | None = None, estimates: Estimates = KNOWN) -> Progress:
    heard = channel(standing(status))
    if stage:
        heard.hear(words(stage=stage))
    return progress_of(heard, estimates, NOW)


def test_there_is_a_code_for_every_status() -> None:
    assert set(CODES) == set(STATUSES)


@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_every_status_has_its_words(status: JobStatus, code: str) -> None:
    told = progress(status)
    assert (told.job_id, told.status, told.message_code, told.message) == (JOB, status, code, MESSAGES[code])
    assert told.step == ("preparing" if status == "processing" else None)
    assert (told.is_completed, told.is_failed) == (status == "completed", status == "failed")
    assert (told.completed, told.total) == (int(status == "completed"), 1)


@pytest.mark.parametrize("stage", ["preparing", "calling_model", "saving"])
def test_while_a_worker_has_it_the_step_is_what_the_worker_says(stage: Stage) -> None:
    told = progress("processing", stage)
    assert (told.step, told.message_code, told.message) == (stage, stage, MESSAGES[stage])


@pytest.mark.parametrize("status", ["pending", "retrying", "cancelling", "failed"])
def test_what_the_worker_said_counts_only_while_it_has_the_job(status: JobStatus) -> None:
    told = progress(status, "saving")
    assert (told.step, told.message_code) == (None, CODES[status])


def test_of_a_kind_with_steps_only_its_worker_knows_how_much_is_done() -> None:
    quick = Estimates([Duration(kind=GENERATE_ARTICLE, model=None, size=None, median=1, p90=2)])
    heard = channel(standing("processing", kind=GENERATE_ARTICLE))
    assert progress_of(heard, quick, NOW).progress is None
    heard.hear(msgspec.structs.replace(words(stage="section"), percent=26))
    assert progress_of(heard, quick, NOW).progress == 26


def test_where_no_worker_was_heard_the_parts_are_those_that_are_stored() -> None:
    stored = tuple(
        Step(name=name, state=state, attempt=1, started_at=EPOCH, ended_at=NOW)
        for name, state in (("headings", "completed"), ("section.1", "completed"), ("section.2", "failed"))
    )
    told = progress_of(channel(standing("completed", kind=GENERATE_ARTICLE, steps=stored)), KNOWN, NOW)
    assert told.counts == {"section": (2, 2)}
    assert [(part.name, part.state) for part in told.parts] == [("section.1", "completed"), ("section.2", "failed")]


def test_the_percentage_of_an_attempt_never_goes_back_though_the_estimates_change() -> None:
    slower = Estimates([Duration(kind="generation.prompt", model=None, size=None, median=200, p90=300)])
    heard = channel(standing("processing"))
    assert progress_of(heard, KNOWN, NOW).progress == 50
    assert progress_of(heard, slower, NOW).progress == 50
    again = channel(standing("processing"))
    assert progress_of(again, slower, NOW).progress == 10


@pytest.mark.parametrize(
    ("count", "message"), [((3, 40), "Exporting workflows: 3 of 40"), ((3, 0), "Exporting workflows: 3")]
)
def test_a_stage_that_counts_tells_how_far_it_is(count: tuple[int, int], message: str) -> None:
    heard = channel(standing("processing"))
    heard.hear(msgspec.structs.replace(words(stage="exporting"), done=count[0], total=count[1]))
    told = progress_of(heard, KNOWN, NOW)
    assert (told.completed, told.total, told.counts, told.message) == (*count, {"exporting": count}, message)
    heard.hear(words(stage="saving"))
    assert progress_of(heard, KNOWN, NOW).message == MESSAGES["saving"]


def counted(done: int, total: int, stage: Stage = "exporting", claim: int = 1) -> LiveRun:
    return msgspec.structs.replace(words(stage=stage, claim=claim), done=done, total=total)


def test_what_is_left_of_a_step_that_counts_follows_from_its_own_pace() -> None:
    heard = channel(standing("processing"), counted(100, 500))
    assert progress_of(heard, KNOWN, NOW).eta_ms == 10_000, "nothing is counted yet: as jobs like it went"
    assert heard.counting is not None
    later = heard.counting.at + timedelta(seconds=10)
    heard.hear(counted(200, 500))
    assert progress_of(heard, KNOWN, later).eta_ms == 30_000
    heard.hear(words(stage="saving"))
    assert progress_of(heard, Estimates(), later).eta_ms is None


def test_who_takes_a_job_over_is_measured_by_what_it_does_itself() -> None:
    heard = channel(standing("processing"), counted(1, 500), counted(400, 500, claim=2))
    assert heard.counting is not None
    heard.hear(counted(410, 500, claim=2))
    assert progress_of(heard, KNOWN, heard.counting.at + timedelta(seconds=1)).eta_ms == 9_000


def test_a_step_is_not_measured_by_the_pace_of_the_one_before() -> None:
    heard = channel(standing("processing"), counted(0, 10, "listing"), counted(5, 10, "listing"))
    assert heard.counting is not None
    later = heard.counting.at + timedelta(seconds=5)
    heard.hear(counted(5, 500))
    assert progress_of(heard, Estimates(), later).eta_ms is None
    heard.hear(counted(0, 10, "reconciling"))
    heard.hear(words(stage="exporting"))
    assert progress_of(heard, Estimates(), later).eta_ms is None


def test_of_a_job_that_no_worker_has_the_pace_says_nothing() -> None:
    heard = channel(standing("processing"), counted(0, 500), counted(250, 500))
    heard.learn(standing("retrying", 3))
    assert progress_of(heard, KNOWN, NOW).eta_ms is None


def test_how_much_is_done_and_left_is_as_jobs_like_it_went() -> None:
    told = progress("processing")
    assert (told.progress, told.eta_ms, told.elapsed_ms) == (50, 10_000, 30_000)


def test_where_nobody_can_tell_it_is_not_told() -> None:
    told = progress("processing", estimates=Estimates())
    assert (told.progress, told.eta_ms) == (None, None)


def test_time_counts_from_the_first_start_to_the_end() -> None:
    assert progress("pending").elapsed_ms == 0
    ended = channel(standing("failed", 3, completed_at=EPOCH + timedelta(seconds=7)))
    told = progress_of(ended, KNOWN, NOW)
    assert (told.elapsed_ms, told.updated_at) == (7_000, EPOCH + timedelta(seconds=7))


def test_a_clock_that_is_behind_the_workers_shows_no_time_below_zero() -> None:
    assert progress_of(channel(standing()), KNOWN, EPOCH - timedelta(seconds=5)).elapsed_ms == 0


@pytest.mark.parametrize(("length", "tokens"), [(0, None), (1, 1), (4, 1), (5, 2), (400, 100)])
def test_tokens_are_counted_roughly_while_the_text_grows(length: int, tokens: int | None) -> None:
    assert progress_of(channel(standing(), words("x" * length)), KNOWN, NOW).tokens == tokens


def test_in_the_end_tokens_are_those_of_the_provider() -> None:
    usage = {"a": Usage(calls=1, output_tokens=30), "b": Usage(calls=1, output_tokens=12)}
    assert progress_of(channel(completed("Tea", usage=usage)), KNOWN, NOW).tokens == 42


def test_before_the_end_what_earlier_attempts_used_is_not_counted() -> None:
    told = progress_of(channel(standing(usage={"a": Usage(output_tokens=99)}), words("Tea")), KNOWN, NOW)
    assert told.tokens == 1


def test_a_job_that_a_person_holds_is_paused_and_does_not_wait_for_others() -> None:
    held = progress_of(channel(standing("blocked", held_by="key:x")), KNOWN, NOW)
    assert held.message_code == "paused"
