"""Control: fast words to worker processes. Of runs the truth stands in rows, and these only hurry it along."""

from typing import Literal
from uuid import UUID

from .envelope import Envelope

LogLevel = Literal["debug", "info", "warning", "error"]


class ReleaseRun(Envelope, frozen=True, kw_only=True, tag="control.release-run.v1"):
    """The run's row was ended by somebody else: whoever holds a claim up to this one aborts its call now."""

    job_id: UUID
    attempt: int
    claim: int


class DrainWorker(Envelope, frozen=True, kw_only=True, tag="control.drain-worker.v1"):
    """The process of this name takes no more commands, finishes or hands back what it has, and stays, holding none."""

    worker: str


class RestartWorker(Envelope, frozen=True, kw_only=True, tag="control.restart-worker.v1"):
    """The process of this name drains and exits 0, as at SIGTERM: its supervisor starts it again."""

    worker: str


class SetLogLevel(Envelope, frozen=True, kw_only=True, tag="control.set-log-level.v1"):
    """Write log lines from this level up, until the process ends."""

    level: LogLevel
    worker: str = ""
    """Empty: every process of the service that hears it."""


class FollowJobs(Envelope, frozen=True, kw_only=True, tag="control.follow-jobs.v1"):
    """The gateway process `source` follows these jobs: whoever runs one tells it live what is new.

    A lease, repeated as long as somebody watches. It holds for runs that have not begun, too.
    """

    job_ids: tuple[UUID, ...]
    anew: tuple[UUID, ...] = ()
    """Of these: nothing is known there, or something is missing. They are told from the beginning."""
    seconds: float = 10.0
    """The lease."""


Control = ReleaseRun | DrainWorker | RestartWorker | SetLogLevel | FollowJobs
