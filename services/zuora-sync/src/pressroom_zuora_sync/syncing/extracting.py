"""`zuora.extract-tasks`: tasks, linkages and redacted copies again, from the stored exports, without a call to Zuora.

What is made again from the same export is the same: a run that is taken over begins anew.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import ExtractTasksInput, SyncFault, SyncResult, encode
from pressroom_common.patience import patiently
from pressroom_common.worker import JobFailed, Run
from pressroom_zuora_sync.exports import Malformed
from pressroom_zuora_sync.exports.redaction import clean_name
from pressroom_zuora_sync.vault import Damaged, Unreadable, Vault

from .ending import MOST_FAULTS
from .handlers import gone
from .ports import StoredExports
from .preparing import extracted
from .records import Extracted, Fence, StoredExport

_FIRST = UUID(int=0)
_input = msgspec.json.Decoder(ExtractTasksInput)


@dataclass
class _Counts:
    workflows: int = 0
    updated: int = 0
    tasks: int = 0
    failed: int = 0


class ExtractHandler:
    def __init__(self, stored: StoredExports, vault: Vault) -> None:
        self._stored = stored
        self._vault = vault

    async def __call__(self, run: Run) -> Raw:
        """Raises JobFailed."""
        wanted = _input.decode(run.input)
        tenant_id = run.row.tenant_id
        if not await patiently(lambda: self._stored.exists(tenant_id, wanted.environment_id)):
            raise gone()
        fence = Fence(job_id=run.row.job_id, environment_id=wanted.environment_id, claim=run.row.claim)
        run.feed.enter("extracting")
        counts, faults = _Counts(), list[SyncFault]()
        after = _FIRST
        while batch := await self._next(tenant_id, wanted, after):
            await self._extract(fence, batch, counts, faults)
            run.feed.count(counts.workflows, 0)
            after = batch[-1].id
        if wanted.workflow_id is not None and not counts.workflows:
            raise JobFailed("no_export", "There is no stored export of this workflow. Sync first.", "permanent")
        return Raw(encode(_result(counts, faults)))

    async def _next(self, tenant_id: UUID, wanted: ExtractTasksInput, after: UUID) -> Sequence[StoredExport]:
        return await patiently(
            lambda: self._stored.exports(tenant_id, wanted.environment_id, wanted.workflow_id, after)
        )

    async def _extract(
        self, fence: Fence, batch: Sequence[StoredExport], counts: _Counts, faults: list[SyncFault]
    ) -> None:
        rows, failed = await asyncio.to_thread(self._opened, batch)
        updated, tasks = await patiently(lambda: self._stored.extract(fence, rows))
        counts.workflows += len(batch)
        counts.updated += updated
        counts.tasks += tasks
        counts.failed += len(failed)
        faults.extend(failed[: MOST_FAULTS - len(faults)])

    def _opened(self, batch: Sequence[StoredExport]) -> tuple[list[Extracted], list[SyncFault]]:
        """Raises JobFailed where the key is missing: then all of them lack it."""
        rows, failed = [], []
        for stored in batch:
            try:
                rows.append(extracted(stored, self._vault))
            except (Malformed, Damaged) as error:
                fault = SyncFault(
                    zuora_id=stored.zuora_id, name=clean_name(stored.name), code="unreadable", detail=str(error)
                )
                failed.append(fault)
            except Unreadable as error:
                raise JobFailed("secret_unreadable", str(error), "permanent") from error
        return rows, failed


def _result(counts: _Counts, faults: Sequence[SyncFault]) -> SyncResult:
    return SyncResult(
        updated=counts.updated,
        unchanged=counts.workflows - counts.updated - counts.failed,
        export_failed=counts.failed,
        total=counts.workflows,
        tasks=counts.tasks,
        errors=tuple(faults),
    )
