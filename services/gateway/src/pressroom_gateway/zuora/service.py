"""Decides which jobs a wish becomes: one for an environment, a batch for several."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from pressroom_common.contracts import SyncInput
from pressroom_common.errors import Unavailable
from pressroom_common.zuora_reads import EnvironmentView
from pressroom_gateway.batches.ports import Batches
from pressroom_gateway.batches.submission import BatchSubmission
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import MadeJob
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.problems import conflict

from .forms import NewExtraction, NewSync, Target
from .jobs import fingerprint_of, maker_of, notes_of, sync_job
from .measures import ZuoraMetrics
from .ports import Known
from .records import ZuoraBatch
from .work import Work, batch_of, extracting, syncing

logger = structlog.get_logger()


class SyncService:
    """Every method returns once the jobs stand, and raises Problem, Unavailable. A repeated request gets its first
    answer."""

    def __init__(self, known: Known, ledger: Ledger, batches: Batches, metrics: ZuoraMetrics) -> None:
        self._known = known
        self._ledger = ledger
        self._batches = BatchSubmission(batches, ledger)
        self._metrics = metrics

    async def sync(self, wish: NewSync, origin: Origin) -> MadeJob | ZuoraBatch:
        return await self._made(syncing(wish), origin)

    async def extract_tasks(self, wish: NewExtraction, origin: Origin) -> MadeJob | ZuoraBatch:
        return await self._made(extracting(wish), origin)

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

    async def _made(self, work: Work, origin: Origin) -> MadeJob | ZuoraBatch:
        if work.wish.environment_id is not None:
            return await self._job(work, work.wish.environment_id, origin)
        return await self._batch(work, origin)

    async def _job(self, work: Work, environment_id: UUID, origin: Origin) -> MadeJob:
        fingerprint = fingerprint_of(work.one, work.wish) if origin.idempotency_key else None
        made = await self._job_before(origin, fingerprint)
        if made is not None:
            return made
        environment = await self._known.environment(origin.principal, environment_id)
        return await self._ledger.submit(work.job(environment, maker_of(origin, fingerprint), "default"))

    async def _batch(self, work: Work, origin: Origin) -> ZuoraBatch:
        tenant_id, key = origin.principal.tenant_id, origin.idempotency_key
        fingerprint = fingerprint_of(work.many, work.wish) if key else None
        batch = await self._batches.made_before(tenant_id, key, fingerprint)
        if batch is not None:
            return ZuoraBatch(batch, new=False)
        whose, environments = await self._targets(work.wish, origin)
        if not environments:
            raise conflict("There is no environment yet. Add one to the customer first.")
        new = batch_of(work, whose, environments, origin, fingerprint)
        return ZuoraBatch(*await self._batches.submit(new))

    async def _targets(self, wish: Target, origin: Origin) -> tuple[str, Sequence[EnvironmentView]]:
        if wish.customer_id is None:
            return "all customers", await self._known.environments(origin.principal)
        customer = await self._known.customer(origin.principal, wish.customer_id)
        return customer.name, customer.environments

    async def _job_before(self, origin: Origin, fingerprint: str | None) -> MadeJob | None:
        if origin.idempotency_key is None or fingerprint is None:
            return None
        return await self._ledger.made_before(origin.principal.tenant_id, origin.idempotency_key, fingerprint)
