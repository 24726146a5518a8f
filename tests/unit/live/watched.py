"""A job that is watched, as ledger and worker tell of it."""

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import JobStatus, LiveRun, Stage
from pressroom_common.telemetry import Metrics
from pressroom_gateway.ledger.records import JobView
from pressroom_gateway.live.channel import Channel
from pressroom_gateway.live.estimates import Estimates
from pressroom_gateway.live.listener import Listener
from pressroom_gateway.live.measures import LiveMetrics
from pressroom_gateway.live.records import Position, Standing
from protocol.runs import EPOCH
from unit.ledger.test_ledger_answers import view

JOB, TENANT, STRANGER = UUID(int=7), UUID(int=8), UUID(int=9)
STATUSES: tuple[JobStatus, ...] = get_args(JobStatus)
NOW = EPOCH + timedelta(seconds=30)


def job(**fields: Any) -> JobView:
    """Begun at EPOCH, as soon as a worker had it."""
    waits = fields.get("status", "pending") in {"pending", "scheduled", "blocked"}
    begun: dict[str, Any] = {} if waits else {"started_at": EPOCH}
    return view(**{"id": JOB, **begun, **fields})


def standing(status: JobStatus = "processing", version: int = 2, **fields: Any) -> Standing:
    """`fields` of the job, and `claim`, `n`, `tenant_id` and `input_size`."""
    own = {name: fields.pop(name) for name in ("claim", "n", "tenant_id", "input_size") if name in fields}
    told: dict[str, Any] = {"tenant_id": TENANT, "claim": 1, "n": version, "input_size": 100}
    return Standing(job=job(status=status, **fields), version=version, **(told | own))


def completed(content: str, version: int = 3, **fields: Any) -> Standing:
    result = Raw(msgspec.json.encode({"content": content, "model": "a-model"}))
    return standing("completed", version, result=result, completed_at=NOW, **fields)


def words(
    text: str = "", offset: int = 0, claim: int = 1, attempt: int = 1, stage: Stage = "calling_model", of: UUID = JOB
) -> LiveRun:
    """What a worker tells."""
    return LiveRun(job_id=of, attempt=attempt, claim=claim, stage=stage, offset=offset, text=text)


def channel(*told: Standing | LiveRun) -> Channel:
    """One that has heard all of this."""
    made = Channel(JOB)
    for each in told:
        if isinstance(each, LiveRun):
            made.hear(each)
        else:
            made.learn(each)
    return made


class Clock:
    """Stands until it is put forward."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def listener(
    heard: Channel, resume: Position | None = None, clock: Clock | None = None, metrics: LiveMetrics | None = None
) -> Listener:
    return Listener(heard, Estimates, metrics or LiveMetrics(Metrics()), resume, clock or Clock())
