"""Events to fold: made by hand for tables of cases, and drawn as whole histories with their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from pressroom_common.contracts import (
    TERMINAL,
    Heartbeat,
    Hold,
    JobError,
    JobMeasures,
    JobTransitions,
    Snapshot,
    Transition,
    Usage,
    WorkerHeartbeat,
)
from pressroom_common.ids import snapshot_id, uuid7
from pressroom_monitor.service import Message

EPOCH = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STATUSES = ("pending", "processing", "retrying", "completed", "failed", "cancelled")
STATES = ("running", "orphaned", "snoozed", "completed", "failed", "cancelled")
TENANT = UUID("0198f000-0000-7000-8000-000000000001")
JOB = UUID("0198f000-0000-7000-8000-0000000000aa")


def at(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def transition(status: Any, version: int, **fields: Any) -> Transition:
    given: dict[str, Any] = {
        "job_id": JOB,
        "tenant_id": TENANT,
        "kind": "generation.prompt",
        "lane": "default",
        "execution_mode": "async",
        "attempt": 1,
        "at": at(version),
        "created_at": at(0),
    }
    return Transition(status=status, version=version, **(given | fields))


def snapshot(state: Any, n: int, **fields: Any) -> Snapshot:
    given: dict[str, Any] = {
        "job_id": JOB,
        "tenant_id": TENANT,
        "kind": "generation.prompt",
        "attempt": 1,
        "claim": 1,
        "dispatch": 1,
        "time": at(n),
        "holder": "generator-1",
        "started_at": at(0),
    }
    told = given | fields
    return Snapshot(state=state, n=n, id=snapshot_id(told["job_id"], told["attempt"], n), **told)


def heartbeat(worker: str = "generator-1", time: datetime = EPOCH, **fields: Any) -> WorkerHeartbeat:
    given: dict[str, Any] = {
        "service": "generator",
        "version": "0.1.0",
        "started_at": EPOCH,
        "pid": 7,
        "host": "here",
        "slots": {"high": 20, "default": 50, "low": 10},
    }
    envelope = {name: fields.pop(name) for name in ("holds", "stopped") if name in fields}
    return WorkerHeartbeat(
        id=uuid7(), source=worker, time=time, worker=worker, heartbeat=Heartbeat(**(given | fields)), **envelope
    )


def measures(*snapshots: Snapshot, time: datetime = EPOCH) -> JobMeasures:
    return JobMeasures(id=uuid7(), source="generator-1", time=time, snapshots=snapshots)


def transitions(*entries: Transition, time: datetime = EPOCH) -> JobTransitions:
    return JobTransitions(id=uuid7(), source="gateway-1", time=time, transitions=entries)


@dataclass(frozen=True)
class World:
    """All that ever happened: every event once, in its order."""

    transitions: tuple[Transition, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    heartbeats: tuple[WorkerHeartbeat, ...] = ()


Event = Transition | Snapshot | WorkerHeartbeat


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few jobs of two new tenants, and two workers. New ids each time: examples share one database."""
    tenants = [uuid7(), uuid7()]
    jobs = [uuid7() for _ in range(draw(st.integers(1, 3)))]
    owners = [draw(st.sampled_from(tenants)) for _ in jobs]
    kinds = [draw(st.sampled_from(["generation.prompt", "site.promote"])) for _ in jobs]
    known = [
        {"job_id": job, "tenant_id": owner, "kind": kind} for job, owner, kind in zip(jobs, owners, kinds, strict=True)
    ]
    return World(
        tuple(entry for job in known for entry in draw(_logs(job))),
        tuple(told for job in known for told in draw(_runs(job))),
        draw(_lives(uuid7().hex)),
    )


@st.composite
def _logs(draw: st.DrawFn, job: dict[str, Any]) -> list[Transition]:
    """Any statuses in any order: the monitor does not judge the ledger."""
    attempt, log = 1, []
    mode = draw(st.sampled_from(["async", "sync"]))
    for version in range(1, draw(st.integers(1, 6)) + 1):
        attempt += draw(st.integers(0, 1))
        status = draw(st.sampled_from(STATUSES))
        log.append(
            transition(
                status,
                version,
                **job,
                attempt=attempt,
                execution_mode=mode,
                lane=draw(st.sampled_from(["high", "low"])),
                at=at(draw(st.integers(0, 300))),
                error_code="provider_failed" if status == "failed" else "",
            )
        )
    return log


@st.composite
def _runs(draw: st.DrawFn, job: dict[str, Any]) -> list[Snapshot]:
    """Numbers and usage only grow; an attempt that has ended stays as it ended."""
    attempt, n, told, ended = 1, 0, [], ""
    usage: dict[str, Usage] = {}
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            attempt, ended = attempt + 1, ""
        n += draw(st.integers(1, 3))
        usage = draw(_grown(usage))
        state = ended or draw(st.sampled_from(STATES))
        ended = state if state in TERMINAL else ""
        told.append(snapshot(state, n, **job, attempt=attempt, usage=usage, **draw(_end(state))))
    return told


@st.composite
def _end(draw: st.DrawFn, state: str) -> dict[str, Any]:
    error = JobError(code="provider_failed", detail="it failed", error_class="transient")
    return {
        "time": at(draw(st.integers(0, 300))),
        "started_at": at(10) if draw(st.booleans()) else None,
        "ended_at": at(10 + draw(st.integers(0, 60))) if state in TERMINAL else None,
        "error": error if state == "failed" else None,
    }


@st.composite
def _grown(draw: st.DrawFn, usage: dict[str, Usage]) -> dict[str, Usage]:
    model = draw(st.sampled_from(["", "small", "large"]))
    if not model:
        return usage
    known = usage.get(model, Usage())
    more = Usage(
        calls=known.calls + 1,
        input_tokens=known.input_tokens + draw(st.integers(0, 50)),
        output_tokens=known.output_tokens + draw(st.integers(0, 50)),
        unknown_calls=known.unknown_calls + draw(st.integers(0, 1)),
    )
    return usage | {model: more}


@st.composite
def _lives(draw: st.DrawFn, suffix: str) -> tuple[WorkerHeartbeat, ...]:
    """Processes that begin one after the other under two names. Last words may come after a successor's first."""
    beats = []
    for worker in ("generator-1", "generator-2"):
        for pid in range(1, draw(st.integers(0, 3)) + 1):
            started_at = at(10 * pid)
            for seconds in draw(st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True)):
                holds = tuple(Hold(job_id=JOB, claim=claim) for claim in range(draw(st.integers(0, 3))))
                beat = heartbeat(
                    f"{worker}-{suffix}",
                    started_at + timedelta(seconds=seconds),
                    started_at=started_at,
                    pid=pid,
                    done=seconds,
                    draining=draw(st.booleans()),
                    log_level=draw(st.sampled_from(["", "info", "debug"])),
                    stopped=draw(st.booleans()),
                    holds=holds,
                )
                beats.append(beat)
    return tuple(beats)


@st.composite
def deliveries(draw: st.DrawFn, world: World) -> list[list[Event]]:
    """The same events as a broker may deliver them: in any order, some again and again, in batches of any size."""
    events: list[Event] = [*world.transitions, *world.snapshots, *world.heartbeats]
    again = draw(st.lists(st.sampled_from(events), max_size=len(events))) if events else []
    shuffled = draw(st.permutations([*events, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=5)))
    return [list(shuffled[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


def events_of(world: World) -> list[Event]:
    """All of them, in their order, heartbeats last."""
    return [*world.transitions, *world.snapshots, *world.heartbeats]


def packed(batch: Sequence[Event]) -> list[Message]:
    """A batch as messages: snapshots and transitions travel together, heartbeats alone."""
    told = [event for event in batch if isinstance(event, Snapshot)]
    entries = [event for event in batch if isinstance(event, Transition)]
    beats = [event for event in batch if isinstance(event, WorkerHeartbeat)]
    return [*([measures(*told)] if told else []), *([transitions(*entries)] if entries else []), *beats]


def usage_of(input_tokens: int, output_tokens: int = 0, model: str = "small", **fields: int) -> dict[str, Usage]:
    return {model: Usage(calls=1, input_tokens=input_tokens, output_tokens=output_tokens, **fields)}


def job(number: int) -> UUID:
    return uuid5(JOB, str(number))
