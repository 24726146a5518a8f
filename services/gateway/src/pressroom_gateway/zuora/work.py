"""What can be asked for of one environment or of many, and the batch that many become. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from msgspec import Raw

from pressroom_common.contracts import ExtractTasksInput, Lane, SyncInput
from pressroom_common.ids import uuid7
from pressroom_common.zuora_reads import EnvironmentView
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import NewBatch, NewJob

from .forms import NewExtraction, NewSync, Target
from .jobs import Maker, extraction_job, maker_of, notes_of, sync_job


@dataclass(frozen=True, slots=True)
class Work:
    wish: Target
    one: str
    """What tells the fingerprint of a job's request from those of other sorts."""
    many: str
    """The same of a batch, whose kind it is."""
    title: str
    """Of a batch, before whose environments they are."""
    job: Callable[[EnvironmentView, Maker, Lane], NewJob]


def syncing(wish: NewSync) -> Work:
    def job(environment: EnvironmentView, maker: Maker, lane: Lane) -> NewJob:
        given = SyncInput(
            environment_id=environment.id, full=wish.full, dry_run=wish.dry_run, override_guard=wish.override_guard
        )
        return sync_job(given, maker, lane, notes_of(environment))

    return Work(wish, "zuora.sync", "zuora.syncs", "Sync of", job)


def extracting(wish: NewExtraction) -> Work:
    def job(environment: EnvironmentView, maker: Maker, lane: Lane) -> NewJob:
        given = ExtractTasksInput(environment_id=environment.id, workflow_id=wish.workflow_id)
        return extraction_job(given, maker, lane, notes_of(environment))

    return Work(wish, "zuora.extract-tasks", "zuora.extractions", "Tasks of", job)


def batch_of(
    work: Work, whose: str, environments: Sequence[EnvironmentView], origin: Origin, fingerprint: str | None
) -> NewBatch:
    """In the low lane: nobody waits for all of them."""
    batch_id = uuid7()
    maker = replace(maker_of(origin), batch_id=batch_id)
    return NewBatch(
        id=batch_id,
        tenant_id=maker.tenant_id,
        kind=work.many,
        created_by=maker.created_by,
        jobs=[work.job(each, maker, "low") for each in environments],
        dependencies=[],
        refused=Raw(b"[]"),
        name=f"{work.title} {whose}",
        idempotency_key=origin.idempotency_key,
        fingerprint=fingerprint,
    )
