"""`/v1/jobs`: every kind of work, seen the same way."""

# Written by libs/client/write_blocking.py: edit aio/jobs.py instead.

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pressroom_client.events import Event
from pressroom_client.following import Following
from pressroom_client.messages import KEEP, Call, Keep, changed, given, idempotency, listed, path, read
from pressroom_client.models import Accepted, Job, JobDetail, JobProgress, JobStatus, JobSummary, Priority, Why
from pressroom_client.retries import Safety
from pressroom_client.summaries import MOST_IDS, distinct, together

from .session import Session
from .streams import follow_events


class Jobs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, job_id: UUID | str) -> JobDetail:
        """With its attempts and its timeline."""
        return self._session.ask(JobDetail, Call("GET", path("jobs", job_id)))

    def summary(self, ids: Iterable[UUID | str]) -> JobSummary:
        """Of many jobs at once: a request for every 1,000. Ids that do not exist are left out."""
        wanted = distinct(ids)
        parts: list[JobSummary] = []
        for start in range(0, len(wanted), MOST_IDS):
            query = {"ids": listed(*wanted[start : start + MOST_IDS])}
            parts.append(self._session.ask(JobSummary, Call("GET", path("jobs"), query)))
        return together(wanted, parts)

    def progress(self, job_id: UUID | str, *, known: JobProgress | None = None) -> JobProgress:
        """How far it is; `events` tells it as it happens. `known`: the last answer, of which only changes are sent."""
        headers = {"If-None-Match": known.etag} if known and known.etag else {}
        call = Call("GET", path("jobs", job_id, "progress"), headers=headers, also=frozenset({304}))
        response = self._session.send(call)
        if known and response.status_code == 304:
            return known
        return read(JobProgress, response).tagged(response.headers.get("ETag"))

    def events(
        self, job_id: UUID | str, *, last_event_id: str | None = None, timeout: float | None = None
    ) -> Generator[Event, None, None]:
        """What happens to the job, with its text as it comes, until the one event that ends it.

        A connection that breaks, or is silent for 45 s, is replaced, and no text is told twice; RetryPolicy says how
        often in a row that may bring nothing new. `last_event_id`: an `event_id` that was seen, to go on from there.
        `timeout`: seconds until PressroomError `timed_out`; it may come some 15 s later.
        """
        following = Following(job_id, last_event_id=last_event_id)
        return follow_events(self._session, following, following.call(), timeout)

    def why(self, job_id: UUID | str) -> Why:
        """What the job waits for."""
        return self._session.ask(Why, Call("GET", path("jobs", job_id, "why")))

    def cancel(self, job_id: UUID | str) -> JobStatus:
        """`cancelling` where a worker has the job; one that completed first stays completed."""
        return self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "cancel")))

    def pause(self, job_id: UUID | str) -> JobStatus:
        """A job that waits stands still until it is resumed."""
        return self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "pause")))

    def resume(self, job_id: UUID | str) -> JobStatus:
        return self._session.ask(JobStatus, Call("POST", path("jobs", job_id, "resume")))

    def change(
        self, job_id: UUID | str, *, priority: Priority | None = None, run_at: datetime | Keep | None = KEEP
    ) -> JobStatus:
        """Another lane or another time for a job that waits; `run_at=None`: as soon as there is a place."""
        body = given(priority=priority) | changed(run_at=run_at)
        return self._session.ask(JobStatus, Call("PATCH", path("jobs", job_id), body=body))

    def retry(
        self,
        job_id: UUID | str,
        *,
        prompt: str | None = None,
        model: str | None = None,
        priority: Priority | None = None,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Try a failed or cancelled job again, or a waiting one now; with edits: as a new job.

        With edits one job is made, however often the request has to be sent: `idempotency_key`, else one made here,
        sees to it. Without them a retry is not repeatable: where the answer was lost, look at the job first.
        """
        edits: dict[str, Any] = given(prompt=prompt, model=model, priority=priority)
        call = Call("POST", path("jobs", job_id, "retry"), safety=Safety.ONCE)
        if edits:
            headers = idempotency(idempotency_key)
            call = replace(call, body=edits, headers=headers, safety=Safety.REPEATABLE)
        return self._session.ask(Accepted, call)

    def restart(self, job_id: UUID | str, *, from_step: str | None = None) -> Accepted:
        """Do a job that is over once more, as its next attempt, from `from_step` on (`section.3`); None: all steps.

        What the step does not build on is not paid again, and what the job has stays readable until the attempt
        completes. Not repeatable: where the answer was lost, look at the job first.
        """
        body = given(from_step=from_step)
        call = Call("POST", path("jobs", job_id, "restart"), body=body, safety=Safety.ONCE)
        return self._session.ask(Accepted, call)

    def list(
        self,
        *,
        statuses: Iterable[str] = (),
        kind: str | None = None,
        lane: Priority | None = None,
        execution_mode: str | None = None,
        batch: UUID | str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Job]:
        """Newest first; all, or `limit` of them."""
        query = {
            "status": listed(*statuses),
            "kind": kind,
            "lane": lane,
            "execution_mode": execution_mode,
            "batch": batch,
            "created_from": created_from,
            "created_to": created_to,
        }
        return self._session.pages(Job, path("jobs"), query, limit)
