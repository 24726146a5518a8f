"""Summaries of many jobs, and when a wait for them ends."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from .errors import PressroomError
from .models import JobProgress, JobSummary

MOST_IDS = 1000
"""Of a request."""


def distinct(ids: Iterable[UUID | str]) -> tuple[str, ...]:
    """As the gateway writes them, each once. Raises PressroomError for what is no id."""
    try:
        return tuple(dict.fromkeys(str(UUID(str(job_id))) for job_id in ids))
    except ValueError as error:
        raise PressroomError(0, "invalid_request", "An id is like 0197a1b2-0000-7000-8000-000000000001.") from error


def together(wanted: Sequence[str], parts: Iterable[JobSummary]) -> JobSummary:
    """One summary of several, its jobs in the order in which they were asked for."""
    whole = JobSummary()
    for part in parts:
        whole = JobSummary(
            total=whole.total + part.total,
            pending=whole.pending + part.pending,
            processing=whole.processing + part.processing,
            completed=whole.completed + part.completed,
            failed=whole.failed + part.failed,
            cancelled=whole.cancelled + part.cancelled,
            jobs=whole.jobs + part.jobs,
        )
    found = {str(job.id): job for job in whole.jobs}
    return whole.model_copy(update={"jobs": tuple(found[job_id] for job_id in wanted if job_id in found)})


def missing(wanted: Iterable[str], summary: JobSummary) -> PressroomError | None:
    """A wait for what does not exist would not end."""
    unknown = set(wanted) - {str(job.id) for job in summary.jobs}
    if not unknown:
        return None
    return PressroomError(404, "not_found", f"There is no such job: {', '.join(sorted(unknown)[:5])}.")


def timed_out(seconds: float, summary: JobSummary | None, last: PressroomError | None) -> PressroomError:
    if summary is None:
        told = "nothing was heard of the jobs"
    else:
        told = f"{summary.total - summary.over} of {summary.total} jobs are not over"
    reason = f" The last request failed: {last}" if last else " They go on: wait again, or ask why."
    return PressroomError(0, "timed_out", f"After {seconds:g} s {told}.{reason}")


def not_over_in_time(seconds: float, progress: JobProgress | None, last: PressroomError | None) -> PressroomError:
    """Of one job."""
    told = "nothing was heard of the job" if progress is None else f"job {progress.job_id} is {progress.status}"
    reason = f" The last request failed: {last}" if last else " It goes on: wait again, or ask why."
    return PressroomError(0, "timed_out", f"After {seconds:g} s {told}.{reason}")
