"""Metrics of calls to the provider."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

from pressroom_common.contracts import Usage
from pressroom_common.telemetry import Metrics


class Measure:
    """A call that is going on; `outcome` stays "aborted" unless somebody says what became of it."""

    outcome = "aborted"

    def __init__(self, model: str, first_token: Histogram) -> None:
        self._model = model
        self._first_token = first_token
        self._started = time.perf_counter()

    def text_began(self) -> None:
        """The streamed answer's first text has come."""
        self._first_token.labels(self._model).observe(self.seconds())

    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self._started


class GeneratorMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._seconds = metrics.histogram("provider_call_seconds", "Calls to the provider.", "model", "outcome")
        self._first_token = metrics.histogram(
            "provider_first_token_seconds", "Until the first text of a streamed call.", "model"
        )
        self._in_flight = metrics.gauge("provider_calls_in_flight", "Calls that wait for the provider.")
        self._tokens = metrics.counter("provider_tokens_total", "Tokens that calls used.", "model", "direction")

    @contextmanager
    def calling(self, model: str) -> Iterator[Measure]:
        measure = Measure(model, self._first_token)
        self._in_flight.inc()
        try:
            yield measure
        finally:
            self._in_flight.dec()
            self._seconds.labels(model, measure.outcome).observe(measure.seconds())

    def used(self, model: str, usage: Usage) -> None:
        self._tokens.labels(model, "input").inc(usage.input_tokens)
        self._tokens.labels(model, "output").inc(usage.output_tokens)
