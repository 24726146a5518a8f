"""What is stored and not in the list: asked for by its id, then deleted, kept, or found after all."""

from collections.abc import Sequence
from functools import partial

from pressroom_common.patience import patiently
from pressroom_common.worker import together
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.ports import Zuora
from pressroom_zuora_sync.zuora.records import ListedWorkflow, Page

from .deletion import Answer
from .ports import Syncs
from .progress import SyncProgress
from .records import Absent, SyncRow, Waiting
from .troubles import Troubles

MOST_ASKED = 500
"""Workflows of a sync, the longest missing first; the others are asked for by the next one."""


class Reconciling:
    """Of one sync. `most`: calls at a time."""

    def __init__(self, syncs: Syncs, zuora: Zuora, sync: SyncRow, progress: SyncProgress, most: int) -> None:
        self._syncs = syncs
        self._zuora = zuora
        self._sync = sync
        self._progress = progress
        self._most = most
        self._troubles = Troubles(answered=True)
        self.found: list[ListedWorkflow] = []
        """They are there, though the list has them not."""
        self._asked = 0
        self.answers: dict[int, Answer] = {}
        """By Zuora's id."""

    async def ask(self, absent: Sequence[Absent]) -> Sequence[Waiting]:
        """Those that were found and have to be exported: from now on they count as listed. Raises ZuoraError."""
        chosen = absent[:MOST_ASKED]
        self._progress.reconciling(0, len(chosen))
        await together([partial(self._ask, each, len(chosen)) for each in chosen], self._most)
        if not self.found:
            return ()
        page = Page(number=0, items=tuple(self.found), last=True)
        waiting = await patiently(lambda: self._syncs.keep_page(self._sync.fence, page))
        self._progress.page(len(self.found), len(waiting))
        return waiting

    async def _ask(self, absent: Absent, of: int) -> None:
        try:
            found = await self._zuora.workflow(absent.zuora_id)
        except ZuoraError as error:
            self._troubles.silence(error)
            self.answers[absent.zuora_id] = "silent"
        else:
            self._troubles.answer()
            self.answers[absent.zuora_id] = "alive" if found else "gone"
            if found:
                self.found.append(found)
        self._asked += 1
        self._progress.reconciling(self._asked, of)
