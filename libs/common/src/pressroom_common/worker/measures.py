"""Metrics of every worker service."""

from datetime import datetime

from pressroom_common.contracts import StepState
from pressroom_common.telemetry import Metrics

from .records import RunRow


class WorkerMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self.held = metrics.gauge("runs_held", "Runs that this process works on.")
        self.lost = metrics.counter("claims_lost_total", "Claims that were taken over or cancelled while held.")
        self.restarts = metrics.counter("worker_restarts_total", "Restarts that the process asked of itself.", "reason")
        self._runs = metrics.counter("runs_total", "Outcomes committed by this process.", "kind", "state", "error")
        self._seconds = metrics.histogram("run_seconds", "From first claim to outcome.", "kind", "state")
        self._step_seconds = metrics.histogram("step_seconds", "Of a run's steps that ended.", "kind", "step", "state")

    def ended(self, row: RunRow) -> None:
        self._runs.labels(row.kind, row.state, row.error.code if row.error else "").inc()
        self._seconds.labels(row.kind, row.state).observe(_seconds(row.started_at, row.updated_at))

    def step_ended(self, kind: str, name: str, state: StepState, seconds: float) -> None:
        """Those alike (`section.3`) are counted together."""
        self._step_seconds.labels(kind, name.partition(".")[0], state).observe(seconds)


def _seconds(start: datetime | None, end: datetime) -> float:
    return (end - start).total_seconds() if start else 0.0
