"""Metrics of calls to Zuora."""

from pressroom_common.telemetry import Metrics

from .ports import Operation, Wait


class ZuoraMetrics:
    """Implements `Meter`."""

    def __init__(self, metrics: Metrics) -> None:
        self._calls = metrics.histogram("zuora_call_seconds", "Calls to Zuora, each try.", "operation", "outcome")
        self._waits = metrics.counter("zuora_waits_total", "Times that a call to Zuora had to wait.", "reason")
        self._wait_seconds = metrics.counter("zuora_wait_seconds_total", "Seconds that calls waited.", "reason")
        self._limit = metrics.gauge("zuora_call_limit", "Calls at once, of the account whose limit changed last.")

    def called(self, operation: Operation, outcome: str, seconds: float) -> None:
        self._calls.labels(operation, outcome).observe(seconds)

    def waited(self, reason: Wait, seconds: float) -> None:
        self._waits.labels(reason).inc()
        self._wait_seconds.labels(reason).inc(seconds)

    def limited(self, calls: int) -> None:
        self._limit.set(calls)
