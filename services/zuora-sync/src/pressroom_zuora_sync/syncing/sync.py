"""One sync of an environment, under one claim: list and export, ask for what is missing, and draw the line."""

from collections.abc import AsyncIterator, Sequence

from pressroom_common.contracts import SyncResult
from pressroom_common.patience import patiently
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.ports import Zuora
from pressroom_zuora_sync.zuora.records import Page

from . import ending
from .deletion import Answer, verdict
from .exporting import Exporting, Tools
from .progress import SyncProgress
from .reconciling import STEP, Reconciling
from .records import Stock, SyncRow, Tally, Waiting
from .troubles import Troubles

_RESUMED = 200
"""Waiting workflows that are read at a time."""
_MOST_ASKED = STEP
"""By a sync, the longest missing first; the others are asked for by the next one. Under an override, all are."""


class Syncing:
    """Every method raises ZuoraError where the sync cannot go on, LostClaim, and EnvironmentGone."""

    def __init__(self, tools: Tools, zuora: Zuora, sync: SyncRow, progress: SyncProgress, before: Tally) -> None:
        """`before`: what earlier claims did of it."""
        self._tools = tools
        self._syncs = tools.syncs
        self._zuora = zuora
        self._sync = sync
        self._progress = progress
        troubles = Troubles(answered=before.exports > 0)
        self._exporting = Exporting(tools, zuora, sync, progress, troubles)
        progress.page(before.listed, before.listed - sum(before.outcomes.values()))

    async def result(self, guard_percent: float, *, override: bool) -> SyncResult:
        """The sync's result, as it is stored by then."""
        self._progress.listing()
        await self._exporting.export(self._listed())
        stock = await self._stock()
        absent, answers, empty = stock.absent, dict[int, Answer](), not stock.listed
        if override or not empty:
            stock, answers = await self._asked(stock, None if override else _MOST_ASKED)
        if empty:
            decided, faults = ending.nothing_listed(absent, answers)
        else:
            decided = verdict(stock.absent, answers, stock.before, guard_percent, override=override)
            faults = ending.refusal(decided, stock.before, guard_percent)
        fence = self._sync.fence
        tally = await patiently(lambda: self._syncs.tally(fence, ending.MOST_FAULTS))
        result = ending.sync_result(tally, decided, faults, dry_run=self._sync.dry_run)
        await patiently(lambda: self._syncs.close(fence, ending.closing(self._sync, result, decided)))
        return result

    async def _asked(self, stock: Stock, most: int | None) -> tuple[Stock, dict[int, Answer]]:
        """Who was found is listed after all; what is stored by then, and what Zuora says of the others."""
        reconciling = Reconciling(self._syncs, self._zuora, self._sync, self._progress, self._tools.most)
        waiting = await reconciling.ask(stock.absent[:most])
        if not reconciling.found:
            return stock, reconciling.answers
        await self._exporting.export(_once(waiting))
        return await self._stock(), reconciling.answers

    async def _listed(self) -> AsyncIterator[Sequence[Waiting]]:
        """What waits since an earlier claim, then the list from where that one was."""
        async for waiting in self._left_over():
            yield waiting
        complete = self._sync.listed
        if not complete:
            async for page in self._zuora.pages(self._sync.pages + 1):
                waiting = await self._kept(page)
                complete = page.last
                self._progress.page(len(page.items), len(waiting))
                yield waiting
        if not complete:
            raise ZuoraError("listing_broken", "Zuora's list of workflows broke off. Nothing was deleted.", "transient")
        self._progress.exporting()

    async def _left_over(self) -> AsyncIterator[Sequence[Waiting]]:
        after = 0
        while self._sync.pages:
            waiting = await self._waiting(after)
            if not waiting:
                return
            yield waiting
            after = waiting[-1].listed.zuora_id

    async def _waiting(self, after: int) -> Sequence[Waiting]:
        return await patiently(lambda: self._syncs.waiting(self._sync.fence, after, _RESUMED))

    async def _kept(self, page: Page) -> Sequence[Waiting]:
        return await patiently(lambda: self._syncs.keep_page(self._sync.fence, page))

    async def _stock(self) -> Stock:
        return await patiently(lambda: self._syncs.stock(self._sync.fence))


async def _once(waiting: Sequence[Waiting]) -> AsyncIterator[Sequence[Waiting]]:
    yield waiting
