"""Metrics of what zuora-sync is asked."""

from pressroom_common.telemetry import Metrics


class ZuoraMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self.requests = metrics.counter(
            "zuora_sync_requests_total", "Requests to zuora-sync: answered, refused (400 to 499) or away.", "outcome"
        )
        self.unsynced = metrics.counter(
            "zuora_saves_without_sync_total", "Environments saved whose sync could not be submitted."
        )
