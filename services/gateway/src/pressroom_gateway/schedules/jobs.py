"""The job of a slot. Pure."""

import hashlib
from datetime import UTC

from pressroom_common.contracts import SyncInput
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import NewJob
from pressroom_gateway.zuora.jobs import Maker, maker_of, sync_job

from .records import Schedule


def job_of_slot(schedule: Schedule) -> NewJob:
    """One, whichever gateways make it, and however often: the key is that of the slot, and none that a client may send
    (it has spaces)."""
    key = f"schedule {schedule.id} {schedule.slot.astimezone(UTC).isoformat()}"
    maker = Maker(
        tenant_id=schedule.tenant_id,
        created_by=f"schedule:{schedule.id}",
        idempotency_key=key,
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
    )
    return sync_job(_input(schedule), maker, "low", _notes(schedule))


def job_by_hand(schedule: Schedule, origin: Origin, fingerprint: str | None) -> NewJob:
    """Somebody waits for it: it goes before those that come by themselves."""
    return sync_job(_input(schedule), maker_of(origin, fingerprint), "default", _notes(schedule))


def _input(schedule: Schedule) -> SyncInput:
    return SyncInput(environment_id=schedule.environment_id, full=schedule.full)


def _notes(schedule: Schedule) -> dict[str, str]:
    return {"schedule_id": str(schedule.id)}
