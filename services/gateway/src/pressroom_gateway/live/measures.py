"""Metrics of what is watched."""

from collections.abc import Iterator
from contextlib import contextmanager

from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.records import JobView


class LiveMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self.streams = metrics.gauge("live_streams", "Clients that a stream of events is open to.")
        self.channels = metrics.gauge("live_channels", "Jobs that somebody watches or polls.")
        self.deltas = metrics.counter("live_deltas_total", "Pieces of text sent to clients.")
        self.keyframes = metrics.counter("live_keyframes_total", "Whole texts sent to clients, to begin or begin anew.")
        self.gaps = metrics.counter("live_gaps_total", "Pieces of text that were lost on their way to this gateway.")
        self.cut = metrics.counter("live_streams_cut_total", "Streams that were given up.", "reason")


class SyncMetrics:
    """Of the requests that wait for their job."""

    def __init__(self, metrics: Metrics) -> None:
        self._waiting = metrics.gauge("sync_requests_waiting", "Requests that wait for their job.")
        self._ended = metrics.counter("sync_requests_total", "Requests that waited, by how the wait ended.", "outcome")
        self._seconds = metrics.histogram("sync_request_seconds", "How long they waited.")
        self.first_text = metrics.histogram("sync_first_text_seconds", "From a streamed request to its first text.")

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._waiting.track_inprogress(), self._seconds.time():
            yield

    def ended(self, job: JobView | None) -> None:
        self._ended.labels("handed_over" if job is None else job.status).inc()

    def refused(self) -> None:
        """It could not wait: too many do."""
        self._ended.labels("refused").inc()
