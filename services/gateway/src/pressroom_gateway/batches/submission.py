"""Puts a batch into the ledger, once for each idempotency key."""

from uuid import UUID

from pressroom_gateway.ledger.records import NewBatch
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.problems import Problem, conflict

from .ports import Batches
from .records import Batch


class BatchSubmission:
    def __init__(self, batches: Batches, ledger: Ledger) -> None:
        self._batches = batches
        self._ledger = ledger

    async def made_before(self, tenant_id: UUID, key: str | None, fingerprint: str | None) -> Batch | None:
        """The batch that this idempotency key made. Raises Problem where it made another one."""
        if key is None:
            return None
        made = await self._batches.made_before(tenant_id, key)
        if made is not None and made.fingerprint != fingerprint:
            detail = "This Idempotency-Key was used with another request. Use a new key for a new request."
            raise Problem(409, "idempotency_mismatch", detail)
        return made

    async def submit(self, new: NewBatch) -> tuple[Batch, bool]:
        """The batch, and whether it is this one: its idempotency key may have made one in the meantime."""
        if await self._ledger.submit_all(new) is None:
            known = await self.made_before(new.tenant_id, new.idempotency_key, new.fingerprint)
            if known is None:
                raise conflict("This Idempotency-Key has just expired. Send the request again.")
            return known, False
        made = await self._batches.get(new.tenant_id, new.id)
        assert made is not None
        return made, True
