"""What a process does for syncs that no claim does: tell rows how others ended them, drop checkpoints that are of no
use any more, and measure how old each list is.
"""

from typing import Protocol

from pressroom_common.periodic import Periodic

from .measures import SyncMetrics
from .ports import Ages, Syncs

_SECONDS = 15.0


class _Rows(Syncs, Ages, Protocol):
    pass


def syncs_upkeep(rows: _Rows, metrics: SyncMetrics) -> Periodic:
    async def look() -> None:
        await rows.ended(None)
        await rows.drop_checkpoints()
        metrics.ages(await rows.ages())

    return Periodic("look after syncs", _SECONDS, look)
