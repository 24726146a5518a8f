"""Summaries of many jobs, and when a wait for them ends."""

from collections.abc import Iterable

from .errors import PressroomError
from .models import JobSummary

MOST_IDS = 1000
"""Of a request."""


def together(parts: Iterable[JobSummary]) -> JobSummary:
    """One summary of several."""
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
    return whole


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
