"""Metrics of the ledger."""

from collections.abc import Sequence
from datetime import datetime

from pressroom_common.contracts import Snapshot, Transition
from pressroom_common.telemetry import Metrics

from .capacity import Capacity


class LedgerMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self.submitted = metrics.counter("jobs_submitted_total", "Jobs accepted.", "kind", "lane")
        self.dispatched = metrics.counter("jobs_dispatched_total", "Messages sent by the dispatcher.", "action")
        self._window = metrics.gauge("lane_window", "Jobs of a lane that may be out.", "queue")
        self._out = metrics.gauge("lane_out", "Jobs of a lane that are out.", "queue")
        self._folded = metrics.counter("ledger_snapshots_total", "Snapshots folded into the ledger.")
        self._transitions = metrics.counter("ledger_transitions_total", "Changes of status.", "kind", "status")
        self._lag = metrics.histogram("ledger_lag_seconds", "From a run's change to its fold.")

    def places(self, capacity: Capacity) -> None:
        for queue, window in capacity.windows.items():
            self._window.labels(queue).set(window.size)
            self._out.labels(queue).set(capacity.out(queue))

    def folded(self, snapshots: Sequence[Snapshot], transitions: Sequence[Transition], now: datetime) -> None:
        self._folded.inc(len(snapshots))
        for transition in transitions:
            self._transitions.labels(transition.kind, transition.status).inc()
        if snapshots:
            self._lag.observe(max((now - snapshots[-1].time).total_seconds(), 0.0))
