"""Decides which jobs a wish becomes: one for an environment, a batch for several."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from msgspec import Raw

from pressroom_common.contracts import ExtractTasksInput, SyncInput
from pressroom_common.errors import Unavailable
from pressroom_common.ids import uuid7
from pressroom_common.zuora_reads import EnvironmentView
from pressroom_gateway.batches.ports import Batches
from pressroom_gateway.batches.submission import BatchSubmission
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import MadeJob, NewBatch
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.problems import conflict

from .forms import NewExtraction, NewSync
from .jobs import extraction_job, fingerprint_of, maker_of, notes_of, sync_job
from .measures import ZuoraMetrics
from .ports import Known
from .records import SyncBatch

logger = structlog.get_logger()

_KIND = "zuora.syncs"
"""Of batches."""


class SyncService:
    """Every method returns once the jobs stand, and raises Problem, Unavailable. A repeated request gets its first
    answer."""

    def __init__(self, known: Known, ledger: Ledger, batches: Batches, metrics: ZuoraMetrics) -> None:
        self._known = known
        self._ledger = ledger
        self._batches = BatchSubmission(batches, ledger)
        self._metrics = metrics

    async def sync(self, wish: NewSync, origin: Origin) -> MadeJob | SyncBatch:
        if wish.environment_id is not None:
            return await self._sync_one(wish, wish.environment_id, origin)
        return await self._sync_many(wish, origin)

    async def extract_tasks(self, wish: NewExtraction, origin: Origin) -> MadeJob:
        fingerprint = fingerprint_of("zuora.extract-tasks", wish) if origin.idempotency_key else None
        made = await self._job_before(origin, fingerprint)
        if made is not None:
            return made
        environment = await self._known.environment(origin.principal, wish.environment_id)
        given = ExtractTasksInput(environment_id=wish.environment_id, workflow_id=wish.workflow_id)
        job = extraction_job(given, maker_of(origin, fingerprint), notes_of(environment))
        return await self._ledger.submit(job)

    async def after_saving(self, environments: Sequence[EnvironmentView], origin: Origin) -> tuple[UUID, ...]:
        """A sync of each. What was saved stands, whether or not the ledger is there."""
        maker, made = maker_of(origin), []
        try:
            for each in environments:
                job = sync_job(SyncInput(environment_id=each.id), maker, notes=notes_of(each))
                made.append((await self._ledger.submit(job)).id)
        except Unavailable as error:
            self._metrics.unsynced.inc(len(environments) - len(made))
            logger.warning("saved, but a sync could not be submitted: ask for one", reason=str(error))
        return tuple(made)

    async def _sync_one(self, wish: NewSync, environment_id: UUID, origin: Origin) -> MadeJob:
        fingerprint = fingerprint_of("zuora.sync", wish) if origin.idempotency_key else None
        made = await self._job_before(origin, fingerprint)
        if made is not None:
            return made
        environment = await self._known.environment(origin.principal, environment_id)
        maker = maker_of(origin, fingerprint)
        return await self._ledger.submit(sync_job(_input(wish, environment_id), maker, notes=notes_of(environment)))

    async def _sync_many(self, wish: NewSync, origin: Origin) -> SyncBatch:
        tenant_id, key = origin.principal.tenant_id, origin.idempotency_key
        fingerprint = fingerprint_of("zuora.syncs", wish) if key else None
        batch = await self._batches.made_before(tenant_id, key, fingerprint)
        if batch is not None:
            return SyncBatch(batch, new=False)
        name, environments = await self._targets(wish, origin)
        if not environments:
            raise conflict("There is no environment to sync. Add one to the customer first.")
        new = _new_batch(wish, name, environments, origin, fingerprint)
        return SyncBatch(*await self._batches.submit(new))

    async def _targets(self, wish: NewSync, origin: Origin) -> tuple[str, Sequence[EnvironmentView]]:
        if wish.customer_id is None:
            return "all customers", await self._known.environments(origin.principal)
        customer = await self._known.customer(origin.principal, wish.customer_id)
        return customer.name, customer.environments

    async def _job_before(self, origin: Origin, fingerprint: str | None) -> MadeJob | None:
        if origin.idempotency_key is None or fingerprint is None:
            return None
        return await self._ledger.made_before(origin.principal.tenant_id, origin.idempotency_key, fingerprint)


def _input(wish: NewSync, environment_id: UUID) -> SyncInput:
    return SyncInput(
        environment_id=environment_id,
        full=wish.full,
        dry_run=wish.dry_run,
        override_guard=wish.override_guard,
    )


def _new_batch(
    wish: NewSync, name: str, environments: Sequence[EnvironmentView], origin: Origin, fingerprint: str | None
) -> NewBatch:
    batch_id = uuid7()
    maker = replace(maker_of(origin), batch_id=batch_id)
    jobs = [sync_job(_input(wish, each.id), maker, "low", notes_of(each)) for each in environments]
    return NewBatch(
        id=batch_id,
        tenant_id=maker.tenant_id,
        kind=_KIND,
        created_by=maker.created_by,
        jobs=jobs,
        dependencies=[],
        refused=Raw(b"[]"),
        name=f"Sync of {name}",
        idempotency_key=origin.idempotency_key,
        fingerprint=fingerprint,
    )
