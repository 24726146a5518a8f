"""Jobs of Zuora as the ledger takes them. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import Raw, Struct
from pydantic import BaseModel

from pressroom_common.contracts import (
    ZUORA_EXTRACT_TASKS,
    ZUORA_SYNC,
    ExtractTasksInput,
    Lane,
    SyncInput,
    encode,
    lane_queue,
    service_of,
)
from pressroom_common.ids import uuid7
from pressroom_common.zuora_reads import EnvironmentView
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import NewJob


@dataclass(frozen=True, slots=True)
class Maker:
    """For whom jobs are made, and by what."""

    tenant_id: UUID
    created_by: str
    request_id: str = ""
    traceparent: str = ""
    idempotency_key: str | None = None
    fingerprint: str | None = None
    batch_id: UUID | None = None


def maker_of(origin: Origin, fingerprint: str | None = None) -> Maker:
    """`fingerprint` goes with the request's idempotency key."""
    return Maker(
        tenant_id=origin.principal.tenant_id,
        created_by=origin.principal.created_by,
        request_id=origin.request_id,
        traceparent=origin.traceparent,
        idempotency_key=origin.idempotency_key if fingerprint else None,
        fingerprint=fingerprint,
    )


def sync_job(given: SyncInput, maker: Maker, lane: Lane = "default", notes: Mapping[str, str] | None = None) -> NewJob:
    """`notes`: what people want to read of it in lists."""
    return _job(ZUORA_SYNC, given.environment_id, given, maker, lane, notes or {})


def extraction_job(
    given: ExtractTasksInput, maker: Maker, lane: Lane = "default", notes: Mapping[str, str] | None = None
) -> NewJob:
    """In line with the syncs of its environment: both write its tasks."""
    return _job(ZUORA_EXTRACT_TASKS, given.environment_id, given, maker, lane, notes or {})


def notes_of(environment: EnvironmentView) -> dict[str, str]:
    return {"customer": environment.customer, "environment": environment.name}


def concurrency_key(environment_id: UUID) -> str:
    """At most one job of an environment runs at a time."""
    return f"zuora:{environment_id}"


def fingerprint_of(sort: str, wish: BaseModel) -> str:
    """The same for the same request, however its JSON is written; never that of another sort of work."""
    return hashlib.sha256(f"{sort}{wish.model_dump_json(exclude_unset=True)}".encode()).hexdigest()


def _job(kind: str, environment_id: UUID, given: Struct, maker: Maker, lane: Lane, notes: Mapping[str, str]) -> NewJob:
    return NewJob(
        id=uuid7(),
        tenant_id=maker.tenant_id,
        kind=kind,
        lane=lane,
        queue=lane_queue(service_of(kind), lane),
        execution_mode="async",
        input=Raw(encode(given)),
        created_by=maker.created_by,
        model="",
        request_id=maker.request_id,
        traceparent=maker.traceparent,
        metadata=Raw(msgspec.json.encode({**notes, "environment_id": environment_id})),
        concurrency_key=concurrency_key(environment_id),
        idempotency_key=maker.idempotency_key,
        fingerprint=maker.fingerprint,
        batch_id=maker.batch_id,
    )
