"""What becomes of a job as those stand that it depends on. Pure, and level-triggered: it may be asked at any time.

A job that waits is blocked; it is released once all that it depends on is completed. When one of them fails, is
cancelled or deleted, it ends by its own policy; and when that one begins anew, it is blocked again.
"""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import JobError, JobStatus, PromptInput, PromptResult, encode

from .fold import ended
from .job import Job, OnFailure
from .placement import next_attempt, placed
from .records import Needed, Output

FAILED, SKIPPED = "dependency_failed", "dependency_skipped"
LONGEST_TEXT = 400_000
"""Characters, once the texts of others are in their places."""
TOO_LARGE = JobError(
    code="content_too_large",
    detail=f"With the texts of the jobs that it depends on, the prompt would pass {LONGEST_TEXT} characters.",
    error_class="permanent",
)
UNSETTLED = JobError(
    code="dependency_unreadable",
    detail="What the jobs made that it depends on could not be put into its text. Retry it, or submit it again.",
    error_class="permanent",
)
_FOLLOWS = "Retry that one: this one follows."
_TOLD = {
    "failed": ("failed", _FOLLOWS),
    "cancelled": ("was cancelled", _FOLLOWS),
    "gone": ("was deleted", "Submit the job again."),
}
"""By how the one stands that is to blame: what happened, and what to do about it."""
_ENDS: dict[OnFailure, JobStatus] = {"fail": "failed", "skip": "cancelled"}
_prompt_input = msgspec.json.Decoder(PromptInput)
_prompt_result = msgspec.json.Decoder(PromptResult)


def decided(job: Job, needs: Sequence[Needed], now: datetime) -> Job:
    """The job, released, ended, blocked again, or as it was; `needs` is all that it depends on."""
    if not follows(job):
        return job
    culprit = min((each for each in needs if each.status in _TOLD), key=_hope, default=None)
    if culprit is not None:
        error = _because(job, culprit)
        return replace(job, error=error) if job.over else ended(job, _ENDS[job.on_failure], error, now)
    waits_on = sum(each.status != "completed" for each in needs)
    if job.over:
        return placed(replace(_again(job, now), waits_on=waits_on), now)
    waiting = replace(job, waits_on=waits_on)
    return waiting if waits_on else placed(replace(waiting, retry_base_at=now), now)


def follows(job: Job) -> bool:
    """What it depends on decides about it."""
    return job.waits_on > 0 and (not job.over or ended_by_others(job))


def ended_by_others(job: Job) -> bool:
    """It did not end by itself, nor by a person's wish: it follows what it depends on."""
    return job.over and job.error is not None and job.error.code in {FAILED, SKIPPED}


def filled(input_: Raw, outputs: Sequence[Output]) -> Raw:
    """The job's input, each token replaced by what that job made. Raises MsgspecError where they are not what they
    should be.

    In one pass: what a model wrote is never looked at, and cannot know a token.
    """
    given = _prompt_input.decode(input_)
    texts = {each.token: _prompt_result.decode(each.result or b"").content for each in outputs}
    tokens = re.compile("|".join(map(re.escape, texts)))
    return Raw(encode(replace(given, prompt=tokens.sub(lambda found: texts[found[0]], given.prompt))))


def _hope(need: Needed) -> bool:
    """What was deleted decides, whatever becomes of the others."""
    return need.status != "gone"


def _because(job: Job, culprit: Needed) -> JobError:
    what, then = _TOLD[culprit.status]
    return JobError(
        code=SKIPPED if job.on_failure == "skip" else FAILED,
        detail=f"It depends on the job {culprit.name or culprit.id}, which {what}. {then}",
        error_class="permanent",
    )


def _again(job: Job, now: datetime) -> Job:
    """Under a new attempt, which uses up no try: nothing of the one before was ever out."""
    fresh = replace(next_attempt(job), attempt_base=job.attempt_base + 1, retry_base_at=now)
    return replace(fresh, error=None, completed_at=None, cancel_requested=None)
