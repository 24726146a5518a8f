"""How many requests there are and how long their answers take to begin, by route template."""

from prometheus_client import Counter, Histogram

from pressroom_common.telemetry import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """Children of the metrics are looked up once: `labels()` costs more than counting does."""

    def __init__(self, metrics: Metrics) -> None:
        self._requests = metrics.counter("http_requests", "Requests answered.", "route", "method", "status")
        self._seconds = metrics.histogram(
            "http_request_seconds", "Seconds until the answer began; a stream then goes on.", "route", "method"
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """`route` is a template, never a path: the number of label values stays small. Status 0: no answer was sent."""
        key = (route, method if method in _METHODS else "OTHER", status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = self._child(*key)
        requests, duration = children
        requests.inc()
        duration.observe(seconds)

    def _child(self, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(route, method, str(status)), self._seconds.labels(route, method)
