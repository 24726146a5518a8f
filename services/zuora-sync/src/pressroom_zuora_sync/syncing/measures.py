"""Metrics of syncs. `environment`: its id; those of a deleted one are told no more."""

from collections.abc import Iterable
from uuid import UUID

from pressroom_common.contracts import SyncResult
from pressroom_common.telemetry import Metrics

_COUNTED = ("created", "updated", "unchanged", "deleted", "restored", "export_failed", "missing")


class SyncMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._age = metrics.gauge(
            "zuora_sync_age_seconds",
            "Since the last complete list of an environment, or since it was made.",
            "environment",
        )
        self._syncs = metrics.counter("zuora_syncs_total", "Syncs that ended.", "state", "error")
        self._workflows = metrics.counter("zuora_workflows_total", "Of completed syncs, no dry runs.", "outcome")
        self._failures = metrics.counter("zuora_export_failures_total", "Exports that could not be had.", "error")
        self._refusals = metrics.counter("zuora_guard_refusals_total", "Syncs whose deletions the guard refused.")

    def ages(self, ages: Iterable[tuple[UUID, float]]) -> None:
        self._age.clear()
        for environment_id, seconds in ages:
            self._age.labels(str(environment_id)).set(seconds)

    def export_failed(self, code: str) -> None:
        self._failures.labels(code).inc()

    def ended(self, state: str, error: str = "") -> None:
        """`state`: also `snoozed`, where Zuora wants it to come later."""
        self._syncs.labels(state, error).inc()

    def completed(self, result: SyncResult) -> None:
        self.ended("completed")
        if result.deletion_refused:
            self._refusals.inc()
        if not result.dry_run:
            for outcome in _COUNTED:
                self._workflows.labels(outcome).inc(getattr(result, outcome))
