"""Logs, metrics and traces: the same in every process."""

from .logs import bind_job, configure_logs, log_level, obey_log_level, set_log_level
from .metrics import Metrics
from .tracing import configure_tracing, span

__all__ = [
    "Metrics",
    "bind_job",
    "configure_logs",
    "configure_tracing",
    "log_level",
    "obey_log_level",
    "set_log_level",
    "span",
]
