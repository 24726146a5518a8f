"""The words of a job's life."""

from typing import Literal

JobStatus = Literal[
    "blocked",  # waits for jobs that it depends on, or is paused by a person
    "scheduled",  # waits for its time
    "pending",  # ready: not yet published, or published and not yet claimed
    "processing",  # claimed by a worker
    "retrying",  # an attempt failed; the next one has a time
    "completed",  # has a result
    "failed",  # out of attempts, or the error was permanent, or its message was parked
    "cancelling",  # somebody asked; the worker has not answered yet
    "cancelled",  # stopped by a person or an API call
]
TERMINAL: frozenset[JobStatus] = frozenset({"completed", "failed", "cancelled"})
WAITING: frozenset[JobStatus] = frozenset({"blocked", "scheduled", "pending", "retrying"})

RunState = Literal["running", "orphaned", "snoozed", "completed", "failed", "cancelled"]
StepState = Literal["completed", "failed"]
Lane = Literal["high", "default", "low"]
ExecutionMode = Literal["async", "sync"]

ErrorClass = Literal[
    "transient",  # the next attempt may succeed
    "permanent",  # no attempt will
]
