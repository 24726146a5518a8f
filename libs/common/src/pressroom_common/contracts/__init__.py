"""What travels between the services: frozen msgspec Structs, tagged by `type`. Changes within `.v1` only add."""

from .codec import decoder, encode
from .commands import CancelJob, CancelReason, Command, Directive, FinishedRun, ForgetRuns, RunJob
from .control import Control, ReleaseRun
from .envelope import NOTHING, Envelope
from .events import (
    Event,
    Heartbeat,
    Hold,
    JobError,
    JobMeasures,
    JobSnapshots,
    JobTransitions,
    Snapshot,
    Transition,
    TransitionPage,
    Usage,
    WorkerHeartbeat,
    total_usage,
)
from .kinds import GENERATE_PROMPT, PromptInput, PromptResult
from .lifecycle import TERMINAL, WAITING, ErrorClass, ExecutionMode, JobStatus, Lane, RunState
from .live import JobsChanged, Live

__all__ = [
    "GENERATE_PROMPT",
    "NOTHING",
    "TERMINAL",
    "WAITING",
    "CancelJob",
    "CancelReason",
    "Command",
    "Control",
    "Directive",
    "Envelope",
    "ErrorClass",
    "Event",
    "ExecutionMode",
    "FinishedRun",
    "ForgetRuns",
    "Heartbeat",
    "Hold",
    "JobError",
    "JobMeasures",
    "JobSnapshots",
    "JobStatus",
    "JobTransitions",
    "JobsChanged",
    "Lane",
    "Live",
    "PromptInput",
    "PromptResult",
    "ReleaseRun",
    "RunJob",
    "RunState",
    "Snapshot",
    "Transition",
    "TransitionPage",
    "Usage",
    "WorkerHeartbeat",
    "decoder",
    "encode",
    "total_usage",
]
