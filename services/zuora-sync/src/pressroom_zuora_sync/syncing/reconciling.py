"""What is stored and not in the list: asked for by its id, then deleted, kept, or found after all."""

from collections.abc import Mapping, Sequence
from functools import partial

from pressroom_common.patience import patiently
from pressroom_common.worker import together
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.ports import Zuora
from pressroom_zuora_sync.zuora.records import ListedWorkflow, Page

from .deletion import Answer
from .lookout import Lookout
from .ports import Syncs
from .progress import SyncProgress
from .records import Absent, SyncRow, Waiting
from .troubles import Troubles

STEP = 500
"""Workflows that are asked for before those that were found are kept."""

_ANSWERS: Mapping[str, Answer] = {"malformed": "unread", "workflow_forbidden": "forbidden"}
"""What an error says of the workflow. Others say nothing: who is in trouble, or in between, knows of none."""


class Reconciling:
    """Of one sync. `most`: calls at a time."""

    def __init__(self, syncs: Syncs, zuora: Zuora, sync: SyncRow, progress: SyncProgress, most: int) -> None:
        self._syncs = syncs
        self._zuora = zuora
        self._sync = sync
        self._progress = progress
        self._most = most
        self._troubles = Troubles(answered=True)
        self._lookout = Lookout(zuora, self._troubles)
        self.found: list[ListedWorkflow] = []
        """They are there, though the list has them not."""
        self._asked = 0
        self.answers: dict[int, Answer] = {}
        """By Zuora's id."""

    async def ask(self, absent: Sequence[Absent]) -> Sequence[Waiting]:
        """Those that were found and have to be exported: from now on they count as listed. Raises ZuoraError."""
        self._progress.reconciling(0, len(absent))
        waiting: list[Waiting] = []
        for start in range(0, len(absent), STEP):
            before = len(self.found)
            some = absent[start : start + STEP]
            await together([partial(self._ask, each, len(absent)) for each in some], self._most)
            waiting.extend(await self._kept(self.found[before:]))
        return waiting

    async def _kept(self, found: Sequence[ListedWorkflow]) -> Sequence[Waiting]:
        if not found:
            return ()
        page = Page(number=0, items=tuple(found), last=True)
        waiting = await patiently(lambda: self._syncs.keep_page(self._sync.fence, page))
        self._progress.page(len(found), len(waiting))
        return waiting

    async def _ask(self, absent: Absent, of: int) -> None:
        if self._troubles.hopeless:
            return
        try:
            found = await self._zuora.workflow(absent.zuora_id)
        except ZuoraError as error:
            self._troubles.silence(error)
            await self._lookout.look()
            if error.code in _ANSWERS:
                self.answers[absent.zuora_id] = _ANSWERS[error.code]
        else:
            self._troubles.answer()
            self.answers[absent.zuora_id] = "alive" if found else "gone"
            if found:
                self.found.append(found)
        self._asked += 1
        self._progress.reconciling(self._asked, of)
