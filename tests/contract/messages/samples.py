"""One of each message, with every field set, and one with none but the necessary ones: what `golden` holds as JSON.

`cd tests && ../.venv/bin/python -m contract.messages.samples` writes the files anew. A change of a file is a change of
what travels between services of two versions: within a version fields are only added.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from pressroom_common.contracts import (
    CancelJob,
    DrainWorker,
    FinishedRun,
    FollowJobs,
    ForgetRuns,
    Heartbeat,
    Hold,
    JobError,
    JobMeasures,
    JobsChanged,
    JobSnapshots,
    JobTransitions,
    LiveRun,
    LiveRuns,
    Part,
    PromptInput,
    PromptResult,
    ReleaseRun,
    RestartWorker,
    RunJob,
    SetLogLevel,
    Snapshot,
    Step,
    Transition,
    TransitionPage,
    Usage,
    WorkerHeartbeat,
    encode,
)

GOLDEN = Path(__file__).parent.parent / "golden"

JOB = UUID("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
TENANT = UUID("0197a1b2-0000-7000-8000-000000000001")
AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)

_LEAST: dict[str, Any] = {"id": UUID("0197a1b2-0000-7000-8000-0000000000e1"), "source": "gateway-1", "time": AT}
_FULL: dict[str, Any] = {
    **_LEAST,
    "subject": f"jobs/{JOB}",
    "correlation_id": "request-1",
    "causation_id": UUID("0197a1b2-0000-7000-8000-0000000000e0"),
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}

ERROR = JobError(
    code="provider_rate_limited",
    detail="The provider is throttling.",
    error_class="transient",
    retry_after=2.5,
)
USAGE = Usage(
    calls=3,
    input_tokens=120,
    cached_input_tokens=20,
    output_tokens=450,
    reasoning_tokens=30,
    estimated_calls=1,
    unknown_calls=1,
)
PART = Part(name="section.3", title="Where tea grows", state="completed", text="On hills.")
STEP = Step(
    name="section.3",
    state="failed",
    attempt=2,
    started_at=AT,
    ended_at=AT,
    usage={"gpt-5.4-mini": USAGE},
    error=ERROR,
)

SNAPSHOT = Snapshot(
    id=UUID("5a1f0c52-6f0e-5d0e-9d5e-6a1d6f0b7c11"),
    tenant_id=TENANT,
    job_id=JOB,
    kind="generation.prompt",
    attempt=2,
    claim=3,
    n=7,
    dispatch=4,
    state="completed",
    time=AT,
    holder="generator-1",
    traceparent=_FULL["traceparent"],
    cancelled_by="request",
    started_at=AT,
    ended_at=AT,
    not_before=AT,
    error=ERROR,
    usage={"gpt-5.4-mini": USAGE},
    steps=(STEP,),
    result=Raw(b'{"content":"A text.","model":"gpt-5.4-mini"}'),
)
LEAST_SNAPSHOT = Snapshot(
    id=UUID("5a1f0c52-6f0e-5d0e-9d5e-6a1d6f0b7c12"),
    tenant_id=TENANT,
    job_id=JOB,
    kind="generation.prompt",
    attempt=1,
    claim=1,
    n=1,
    dispatch=1,
    state="running",
    time=AT,
)
_OF_JOB: dict[str, Any] = {
    "tenant_id": TENANT,
    "job_id": JOB,
    "kind": "generation.prompt",
    "attempt": 2,
    "dispatch": 4,
}
_COMMAND: dict[str, Any] = {**_OF_JOB, "input": Raw(b'{"prompt":"Write."}'), "not_after": AT}
_FINISHED = (FinishedRun(job_id=JOB, attempt=2, n=7),)
TRANSITION = Transition(
    job_id=JOB,
    version=5,
    tenant_id=TENANT,
    kind="generation.prompt",
    lane="default",
    execution_mode="async",
    status="failed",
    attempt=2,
    at=AT,
    created_at=AT,
    error_code="provider_failed",
)
LEAST_TRANSITION = msgspec.structs.replace(TRANSITION, status="pending", error_code="")
_BEAT: dict[str, Any] = {"service": "generator", "version": "0.1.0", "started_at": AT, "pid": 4711, "host": "worker-1"}

FULL: dict[str, Struct] = {
    "job.run.v1": RunJob(
        **_FULL, **_COMMAND, force_n=6, sync_until=AT, redo=("section", "summary"), follower="gateway-1"
    ),
    "job.cancel.v1": CancelJob(**_FULL, **_OF_JOB, reason="deadline"),
    "job.forget.v1": ForgetRuns(**_FULL, runs=_FINISHED),
    "job.snapshots.v1": JobSnapshots(**_FULL, snapshots=(SNAPSHOT, LEAST_SNAPSHOT)),
    "job.measures.v1": JobMeasures(**_FULL, snapshots=(SNAPSHOT,)),
    "job.transitions.v1": JobTransitions(**_FULL, transitions=(TRANSITION,)),
    "worker.heartbeat.v1": WorkerHeartbeat(
        **_FULL,
        worker="generator-1",
        holds=(Hold(job_id=JOB, claim=3),),
        stopped=True,
        heartbeat=Heartbeat(
            **_BEAT,
            slots={"high": 20, "default": 50, "low": 10},
            draining=True,
            rss_bytes=90_000_000,
            done=12,
            log_level="info",
        ),
    ),
    "control.release-run.v1": ReleaseRun(**_FULL, job_id=JOB, attempt=2, claim=3),
    "control.drain-worker.v1": DrainWorker(**_FULL, worker="generator-1"),
    "control.restart-worker.v1": RestartWorker(**_FULL, worker="generator-1"),
    "control.set-log-level.v1": SetLogLevel(**_FULL, level="debug", worker="generator-1"),
    "control.follow-jobs.v1": FollowJobs(**_FULL, job_ids=(JOB, TENANT), anew=(JOB,), seconds=12.5),
    "live.jobs-changed.v1": JobsChanged(**_FULL, job_ids=(JOB,)),
    "live.runs.v1": LiveRuns(
        **_FULL,
        runs=(
            LiveRun(
                job_id=JOB,
                attempt=2,
                claim=3,
                stage="section",
                percent=40,
                done=2,
                total=5,
                offset=12,
                text="A “text”.",
                parts=(PART,),
            ),
        ),
    ),
    "transition-page": TransitionPage(transitions=(TRANSITION,), next="4711.0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b.5"),
    "prompt-input": PromptInput(prompt="Write.", model="gpt-5.4-mini", response_schema=Raw(b'{"type":"object"}')),
    "prompt-result": PromptResult(content="A text.", model="gpt-5.4-mini"),
}
"""By name of the file; messages by their tag."""

LEAST: dict[str, Struct] = {
    "job.run.v1": RunJob(**_LEAST, **_COMMAND),
    "job.cancel.v1": CancelJob(**_LEAST, **_OF_JOB, reason="request"),
    "job.forget.v1": ForgetRuns(**_LEAST, runs=_FINISHED),
    "job.snapshots.v1": JobSnapshots(**_LEAST, snapshots=(LEAST_SNAPSHOT,)),
    "job.measures.v1": JobMeasures(**_LEAST, snapshots=(LEAST_SNAPSHOT,)),
    "job.transitions.v1": JobTransitions(**_LEAST, transitions=(LEAST_TRANSITION,)),
    "worker.heartbeat.v1": WorkerHeartbeat(
        **_LEAST, worker="generator-1", heartbeat=Heartbeat(**_BEAT, slots={"high": 1})
    ),
    "control.release-run.v1": ReleaseRun(**_LEAST, job_id=JOB, attempt=2, claim=3),
    "control.drain-worker.v1": DrainWorker(**_LEAST, worker="generator-1"),
    "control.restart-worker.v1": RestartWorker(**_LEAST, worker="generator-1"),
    "control.set-log-level.v1": SetLogLevel(**_LEAST, level="warning"),
    "control.follow-jobs.v1": FollowJobs(**_LEAST, job_ids=(JOB,)),
    "live.jobs-changed.v1": JobsChanged(**_LEAST, job_ids=(JOB,)),
    "live.runs.v1": LiveRuns(**_LEAST, runs=(LiveRun(job_id=JOB, attempt=1, claim=1, stage="preparing"),)),
    "prompt-input": PromptInput(prompt="Write."),
}

FILES: dict[str, Struct] = {
    **{f"{name}.json": message for name, message in FULL.items()},
    **{f"{name}.least.json": message for name, message in LEAST.items()},
}


def readable(body: bytes) -> bytes:
    """The same JSON as a person reads it, in the same order."""
    return msgspec.json.format(body, indent=2) + b"\n"


def main() -> None:
    for name, message in FILES.items():
        (GOLDEN / name).write_bytes(readable(encode(message)))


if __name__ == "__main__":
    main()
