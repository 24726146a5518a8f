"""A job in each state that a person may find it in."""

from datetime import timedelta

from msgspec.structs import replace

from pressroom_common.contracts import JobError
from pressroom_gateway.ledger.job import Job
from pressroom_gateway.ledger.placement import place_of
from protocol.histories import new_job
from protocol.runs import EPOCH, broken

NOW = EPOCH + timedelta(minutes=10)
SOON = NOW + timedelta(minutes=1)
"""The time that it waits for, where it waits for one."""

_IN = {"out": False, "published_at": None, "publications": 0, "dispatch": 0}
_RUN = {"n": 4, "claim": 2, "started_at": EPOCH, "heard_at": EPOCH}
_HELD = {"held_by": "somebody", "held_at": EPOCH}
_OVER = {**_RUN, "completed_at": EPOCH}
LOST: JobError = broken()

_STATES: dict[str, Job] = {
    "waits for a place": new_job(**_IN),
    "waits for its time": new_job(**_IN, status="scheduled", run_at=SOON),
    "paused": new_job(**_IN, **_HELD, status="blocked"),
    "paused before its time": new_job(**_IN, **_HELD, status="blocked", run_at=SOON),
    "published": new_job(),
    "being paused": new_job(**_HELD, recall=True, directives=2),
    "being moved": new_job(wished_run_at=SOON, recall=True, directives=2),
    "being resumed": new_job(recall=True, directives=2),
    "snoozed": new_job(**_RUN, status="scheduled", run_at=SOON, error=LOST),
    "snoozed, being paused": new_job(**_RUN, **_HELD, status="scheduled", run_at=SOON, recall=True),
    "handed back": new_job(**_RUN),
    "running": new_job(**_RUN, status="processing"),
    "backs off": new_job(**{**_IN, **_RUN, "dispatch": 1}, status="retrying", attempt=2, run_at=SOON, error=LOST),
    "cancelling": new_job(**_RUN, status="cancelling", cancel_requested="request"),
    "past its day": new_job(status="cancelling", cancel_requested="deadline"),
    "completed": new_job(**_OVER, status="completed"),
    "failed": new_job(**_OVER, status="failed", error=LOST),
    "cancelled": new_job(**_OVER, status="cancelled", cancel_requested="request"),
    "cancelled unseen": new_job(**_IN, status="cancelled", completed_at=EPOCH),
}
STATES = {name: replace(job, place=place_of(job)) for name, job in _STATES.items()}
