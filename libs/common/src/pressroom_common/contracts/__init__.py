"""What travels between the services: frozen msgspec Structs, tagged by `type`. Changes within `.v1` only add."""

from .codec import Decoder, decoder, encode
from .commands import CancelJob, CancelReason, Command, Directive, FinishedRun, ForgetRuns, RunJob
from .control import Control, DrainWorker, LogLevel, ReleaseRun, RestartWorker, SetLogLevel
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
from .kinds import GENERATE_PROMPT, KINDS, PromptInput, PromptResult, lane_queue, service_of
from .lifecycle import TERMINAL, WAITING, ErrorClass, ExecutionMode, JobStatus, Lane, RunState
from .live import JobsChanged, Live

__all__ = [
    "GENERATE_PROMPT",
    "KINDS",
    "NOTHING",
    "TERMINAL",
    "WAITING",
    "CancelJob",
    "CancelReason",
    "Command",
    "Control",
    "Decoder",
    "Directive",
    "DrainWorker",
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
    "LogLevel",
    "PromptInput",
    "PromptResult",
    "ReleaseRun",
    "RestartWorker",
    "RunJob",
    "RunState",
    "SetLogLevel",
    "Snapshot",
    "Transition",
    "TransitionPage",
    "Usage",
    "WorkerHeartbeat",
    "decoder",
    "encode",
    "lane_queue",
    "service_of",
    "total_usage",
]
