"""`zuora.sync` as the worker kit calls it: from a job's input to its result, and every other way that it may end.

The attempt fails where the list is not complete, or nothing can be had: nothing is deleted then, and what was stored
stays. Single exports that could not be had are told in the result of a sync that completes.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import msgspec
import structlog
from msgspec import Raw

from pressroom_common.contracts import SyncInput, SyncResult, encode
from pressroom_common.errors import Unavailable
from pressroom_common.patience import patiently
from pressroom_common.worker import JobFailed, LostClaim, Run, Snoozed
from pressroom_zuora_sync.customers.ports import Environments
from pressroom_zuora_sync.vault import Unreadable
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.ports import Zuoras
from pressroom_zuora_sync.zuora.records import Credentials

from .exporting import Tools
from .measures import SyncMetrics
from .ports import EnvironmentChanged, EnvironmentGone
from .progress import SyncProgress
from .records import Beginning, SyncRow
from .sync import Syncing
from .troubles import ending

logger = structlog.get_logger()

_LAST_WORD_SECONDS = 5.0
"""To say in the sync's row that it was cancelled. Where that fails, upkeep says it."""
_input = msgspec.json.Decoder(SyncInput)


@dataclass(frozen=True)
class Rules:
    guard_percent: float
    snooze_limit_seconds: float
    """However long Zuora wants the sync to wait."""


class SyncHandler:
    def __init__(
        self, tools: Tools, environments: Environments, zuoras: Zuoras, metrics: SyncMetrics, rules: Rules
    ) -> None:
        self._tools = tools
        self._environments = environments
        self._zuoras = zuoras
        self._metrics = metrics
        self._rules = rules

    async def __call__(self, run: Run) -> Raw:
        wanted = _input.decode(run.input)
        try:
            credentials = await self._credentials(run, wanted.environment_id)
            report = _Report(self._metrics, credentials)
            sync = await self._begun(run, wanted, credentials.epoch)
            if sync.result is not None:  # completed by a claim that could not tell it any more
                return sync.result
            return await self._reported(run, sync, credentials, report, override=wanted.override_guard)
        except EnvironmentChanged:
            raise changed() from None
        except EnvironmentGone:
            raise gone() from None

    async def _credentials(self, run: Run, environment_id: UUID) -> Credentials:
        try:
            found = await patiently(lambda: self._environments.credentials(environment_id))
        except Unreadable as error:
            raise JobFailed("secret_unreadable", str(error), "permanent") from error
        if found is None or found.tenant_id != run.row.tenant_id:
            raise EnvironmentGone
        return found

    async def _begun(self, run: Run, wanted: SyncInput, epoch: int) -> SyncRow:
        beginning = Beginning(
            job_id=run.row.job_id,
            tenant_id=run.row.tenant_id,
            environment_id=wanted.environment_id,
            attempt=run.row.attempt,
            claim=run.row.claim,
            epoch=epoch,
            full=wanted.full,
            dry_run=wanted.dry_run,
        )
        return await patiently(lambda: self._tools.syncs.begin(beginning))

    async def _reported(
        self, run: Run, sync: SyncRow, credentials: Credentials, report: "_Report", *, override: bool
    ) -> Raw:
        try:
            result = await self._result(run, sync, credentials, override=override)
        except ZuoraError as error:
            end = ending(error, self._rules.snooze_limit_seconds, sync.fence.claim)
            raise await self._failed(sync, end, report) from error
        except EnvironmentChanged:
            raise await self._failed(sync, changed(), report) from None
        except EnvironmentGone:
            report.failed("environment_gone")
            raise
        except LostClaim:
            await self._ended(run, report)
            raise
        except asyncio.CancelledError:
            if run.released == "lost":
                await self._ended(run, report)
            raise
        except Exception:
            report.failed("internal")
            raise
        report.completed(result)
        return Raw(encode(result))

    async def _result(self, run: Run, sync: SyncRow, credentials: Credentials, *, override: bool) -> SyncResult:
        before = await patiently(lambda: self._tools.syncs.tally(sync.fence, 0))
        zuora = self._zuoras.of(credentials, str(run.row.job_id))
        syncing = Syncing(self._tools, zuora, sync, SyncProgress(run.feed), before)
        return await syncing.result(self._rules.guard_percent, override=override)

    async def _failed(self, sync: SyncRow, end: JobFailed | Snoozed, report: "_Report") -> Exception:
        """The end, told. What Zuora wants to have later goes on later: the sync's row stays as it is."""
        if isinstance(end, Snoozed):
            report.snoozed(end.error.code, end.seconds)
        else:
            await patiently(lambda: self._tools.syncs.failed(sync.fence, end.error))
            report.failed(end.error.code)
        return end

    async def _ended(self, run: Run, report: "_Report") -> None:
        """Somebody else ended the run, or has it now."""
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_LAST_WORD_SECONDS):
                if await self._tools.syncs.ended(run.row.job_id):
                    report.cancelled()


def gone() -> JobFailed:
    return JobFailed("environment_gone", "There is no such environment. It was deleted, perhaps.", "permanent")


def changed() -> JobFailed:
    detail = "The environment was changed to another account while this sync ran. The next attempt reads that one."
    return JobFailed("environment_changed", detail, "transient")


class _Report:
    """One log line for each end of a sync, and its metrics."""

    def __init__(self, metrics: SyncMetrics, credentials: Credentials) -> None:
        self._metrics = metrics
        self._of = {
            "customer": credentials.customer,
            "environment": credentials.environment,
            "environment_id": str(credentials.environment_id),
        }
        self._began = time.monotonic()

    def completed(self, result: SyncResult) -> None:
        self._metrics.completed(result)
        counts = msgspec.structs.asdict(result) | {"errors": len(result.errors)}
        codes = sorted({fault.code for fault in result.errors})
        tell = logger.warning if codes else logger.info
        tell("sync ended", state="completed", **self._of, seconds=self._seconds(), error_codes=codes, **counts)

    def failed(self, code: str) -> None:
        self._metrics.ended("failed", code)
        logger.warning("sync ended", state="failed", **self._of, seconds=self._seconds(), error=code)

    def snoozed(self, code: str, wait: float) -> None:
        self._metrics.ended("snoozed", code)
        logger.info("sync ended", state="snoozed", **self._of, seconds=self._seconds(), error=code, wait=wait)

    def cancelled(self) -> None:
        self._metrics.ended("cancelled")
        logger.info("sync ended", state="cancelled", **self._of, seconds=self._seconds())

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 3)
