"""W3C trace context. With a collector: OpenTelemetry spans. Without: the ids alone, at hardly any cost."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class _State:
    tracer: trace.Tracer | None = None


def configure_tracing(endpoint: str, service: str, process: str) -> None:
    if not endpoint:
        return
    provider = TracerProvider(
        resource=Resource({"service.name": f"pressroom-{service}", "service.instance.id": process})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    _State.tracer = provider.get_tracer("pressroom")


def current_traceparent(given: str | None = None) -> str:
    """The trace that work belongs to: the current span's, else the caller's, else a new one."""
    if _State.tracer is not None:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        if carrier:
            return carrier["traceparent"]
    if given and _TRACEPARENT.fullmatch(given):
        return given
    ids = os.urandom(24).hex()
    return f"00-{ids[:32]}-{ids[32:]}-01"


@contextmanager
def span(name: str, traceparent: str, **attributes: str) -> Iterator[None]:
    """A span of the given trace; nothing at all without a collector."""
    if _State.tracer is None:
        yield
        return
    context = propagate.extract({"traceparent": traceparent})
    with _State.tracer.start_as_current_span(name, context=context, attributes=attributes):
        yield
