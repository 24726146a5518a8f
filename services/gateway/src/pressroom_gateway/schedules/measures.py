"""Metrics of schedules."""

from pressroom_common.telemetry import Metrics


class ScheduleMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self.slots = metrics.counter(
            "schedule_slots_total",
            "Slots that came: made, skipped (the job before was not over) or stopped.",
            "outcome",
        )
        self.lag = metrics.histogram("schedule_lag_seconds", "From the time of a slot, with its jitter, to its job.")
