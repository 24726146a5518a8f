"""What one service reads of another over internal HTTP: the models that both sides share."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .contracts import ErrorClass, ExecutionMode, JobStatus, Lane, RunState

WorkerState = Literal[
    "alive",  # heard of lately, and takes jobs
    "draining",  # heard of lately; takes nothing, and finishes what it has; or is drained, and has nothing
    "stale",  # not heard of for too long: dead, or cut off
    "stopped",  # said goodbye
]


class Read(BaseModel):
    """Within a version only fields are added, and a reader passes over those that it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class WorkerCounts(Read):
    """Worker processes by state."""

    alive: int = 0
    draining: int = 0
    stale: int = 0
    stopped: int = 0


class FinishedJobs(Read):
    """Ends of jobs in a span of time. A job that was tried again by hand can end more than once."""

    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    failure_rate: float | None = Field(
        None, description="failed / (completed + failed), from 0 to 1; null while there were neither."
    )


class JobCounts(Read):
    """Jobs by status, now; and what has ended lately."""

    total: int = 0
    by_status: dict[JobStatus, int] = Field(default_factory=dict, description="A status that no job has is left out.")
    last_hour: FinishedJobs = FinishedJobs()
    last_day: FinishedJobs = FinishedJobs()


class KindDuration(Read):
    """How long completed jobs of a kind took, from creation to end."""

    kind: str
    completed: int
    p50_seconds: float
    p95_seconds: float


class ModeUse(FinishedJobs):
    """Ends of jobs of an execution mode. Those that were handed over count as `sync`: a client began by waiting."""

    execution_mode: ExecutionMode
    p50_seconds: float | None = Field(
        None, description="Of completed jobs, from creation to end; null while there were none."
    )


class TokenCounts(Read):
    """Tokens as the providers counted them, or we where they did not."""

    input: int = 0
    output: int = 0
    total: int = 0


class Measures(Read):
    """How the system does."""

    durations: tuple[KindDuration, ...] = Field((), description="Of the last hour, by kind.")
    modes: tuple[ModeUse, ...] = Field(
        (), description="Of the last hour, by execution mode. A mode in which nothing ended is left out."
    )
    tokens_last_day: TokenCounts = TokenCounts()
    throughput_per_minute: float = Field(0.0, description="Ends of jobs per minute, over the last five minutes.")


class Stats(Read):
    """The numbers of a dashboard."""

    workers: WorkerCounts
    jobs: JobCounts
    metrics: Measures


class WorkerView(Read):
    """A worker process, as it last told of itself."""

    name: str
    service: str
    state: WorkerState
    version: str
    host: str
    pid: int
    started_at: datetime
    last_heartbeat_at: datetime = Field(description="By the monitor's clock.")
    slots: dict[Lane, int] = Field(description="Runs at a time, by lane.")
    holds: int = Field(description="Runs that it works on.")
    done: int = Field(description="Runs finished since its start.")
    rss_bytes: int
    log_level: str = Field("", description="It writes log lines from here up; empty where it did not tell.")


class Workers(Read):
    items: tuple[WorkerView, ...]


class AttemptView(Read):
    """One try at a job."""

    attempt: int
    state: RunState
    claim: int
    holder: str
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    error_code: str
    error_class: ErrorClass | None


class Attempts(Read):
    items: tuple[AttemptView, ...]
