"""A Prometheus registry per process, so that tests can make as many as they like."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """Metrics named `pressroom_…`; their catalogue is `docs/metrics.md`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"pressroom_{name}", help_, labels, registry=self.registry)

    def gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"pressroom_{name}", help_, labels, registry=self.registry)

    def histogram(self, name: str, help_: str, *labels: str, buckets: tuple[float, ...] = SECONDS) -> Histogram:
        return Histogram(f"pressroom_{name}", help_, labels, registry=self.registry, buckets=buckets)

    def expose(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)
