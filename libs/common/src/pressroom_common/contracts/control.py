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
    """Empty: every worker process that hears it."""


Control = ReleaseRun | DrainWorker | RestartWorker | SetLogLevel
