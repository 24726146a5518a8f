"""The monitor's metrics. Their catalogue is `docs/metrics.md`."""

from collections import Counter
from collections.abc import Sequence

from pressroom_common.reads import WorkerState, WorkerView
from pressroom_common.telemetry import Metrics

from .records import Changes

EVENTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
JOB_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400)
STATES: tuple[WorkerState, ...] = ("alive", "draining", "stale", "stopped")


class FoldMetrics:
    """How the monitor itself does."""

    def __init__(self, metrics: Metrics) -> None:
        self._events = metrics.counter("monitor_events_total", "Events folded, duplicates too.", "type", "source")
        self._batch = metrics.histogram("monitor_fold_events", "Events in one transaction.", buckets=EVENTS)
        self._seconds = metrics.histogram("monitor_fold_seconds", "Duration of a fold's transaction.")
        self._lag = metrics.histogram("monitor_lag_seconds", "From an event's time to its commit here.", "type")
        self.failures = metrics.counter("monitor_fold_failures_total", "Folds that failed and were tried again.")
        self.pull_failures = metrics.counter("monitor_pull_failures_total", "Pulls that did not reach the log's end.")
        self.healed = metrics.counter(
            "monitor_pulled_news_total", "Transitions that the pull brought before their publication, or instead of it."
        )

    def folded(self, events: Counter[str], source: str, seconds: float) -> None:
        for type_, count in events.items():
            self._events.labels(type_, source).inc(count)
        self._batch.observe(events.total())
        self._seconds.observe(seconds)

    def lagged(self, type_: str, seconds: float) -> None:
        self._lag.labels(type_).observe(max(seconds, 0.0))


class JobMetrics:
    """What happens to jobs. Counted from changes alone: an event that comes again counts nothing."""

    def __init__(self, metrics: Metrics) -> None:
        self._finished = metrics.counter("jobs_finished_total", "Ends of jobs.", "kind", "status")
        self._seconds = metrics.histogram(
            "job_seconds", "From a job's creation to its end.", "kind", "status", buckets=JOB_SECONDS
        )
        self._attempts = metrics.counter("attempts_ended_total", "Ends of attempts.", "kind", "state", "error")
        self._run_seconds = metrics.histogram("attempt_seconds", "From first claim to end.", "kind", "state")
        self._tokens = metrics.counter("tokens_total", "Tokens used.", "kind", "direction")
        self._double_charges = metrics.counter(
            "possible_double_charges_total", "Calls whose answer was lost: possibly paid twice.", "kind"
        )

    def count(self, changes: Changes) -> None:
        self._count_ends(changes)
        self._count_tokens(changes)

    def _count_ends(self, changes: Changes) -> None:
        for jobs in changes.jobs_ended:
            self._finished.labels(jobs.kind, jobs.status).inc(len(jobs.seconds))
            observe = self._seconds.labels(jobs.kind, jobs.status).observe
            for seconds in jobs.seconds:
                observe(seconds)
        for ended in changes.attempts_ended:
            self._attempts.labels(ended.kind, ended.state, ended.error_code).inc(ended.attempts)
            observe = self._run_seconds.labels(ended.kind, ended.state).observe
            for seconds in ended.seconds:
                observe(seconds)

    def _count_tokens(self, changes: Changes) -> None:
        """A late correction can lower what a job used; a counter cannot follow it down."""
        for used in changes.tokens_used:
            for direction, tokens in (
                ("input", used.input_tokens),
                ("cached_input", used.cached_input_tokens),
                ("output", used.output_tokens),
                ("reasoning", used.reasoning_tokens),
            ):
                self._tokens.labels(used.kind, direction).inc(max(tokens, 0))
            self._double_charges.labels(used.kind).inc(max(used.unknown_calls, 0))


class StateMetrics:
    """How things stand: read from the database every few seconds, so the same in every monitor."""

    def __init__(self, metrics: Metrics) -> None:
        self._jobs = metrics.gauge("jobs", "Jobs there are.", "kind", "status")
        self._workers = metrics.gauge("workers", "Worker processes.", "state")
        self._ages = metrics.gauge("worker_heartbeat_age_seconds", "Since the last heartbeat.", "worker", "service")

    def show_jobs(self, counts: Sequence[tuple[str, str, int]]) -> None:
        self._jobs.clear()
        for kind, status, jobs in counts:
            self._jobs.labels(kind, status).set(jobs)

    def show_workers(self, workers: Sequence[WorkerView], now: float) -> None:
        """`now` in Unix seconds. Who said goodbye has no heartbeat to be late with."""
        states = Counter(worker.state for worker in workers)
        for state in STATES:
            self._workers.labels(state).set(states[state])
        self._ages.clear()
        for worker in workers:
            if worker.state != "stopped":
                age = now - worker.last_heartbeat_at.timestamp()
                self._ages.labels(worker.name, worker.service).set(max(age, 0.0))
