"""Metrics of parking."""

from pressroom_common import topology
from pressroom_common.telemetry import Metrics

from .message import NewMessage

_QUEUES = {queue.name for queue in topology.QUEUES}


class ParkingMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._parked = metrics.counter("parked_messages_total", "Messages that were parked.", "queue", "reason")
        self.waiting = metrics.gauge("parked_waiting", "Parked messages that nobody has replayed or dropped.")

    def parked(self, message: NewMessage) -> None:
        """A queue of somebody else's is `other`: the values of a label stay few."""
        queue = message.queue if message.queue in _QUEUES else "other"
        self._parked.labels(queue, message.reason).inc()
