"""An empty list may be one of what there is not: then it is a 404, lest a wrong id look like "nothing found"."""

from pressroom_common.internal_problems import not_found
from pressroom_common.internal_scope import Caller

from .ports import Known
from .records import Places


class Presence:
    def __init__(self, known: Known) -> None:
        self._known = known

    async def check(self, caller: Caller, places: Places) -> None:
        """Of a list without rows: one with rows has shown that its places are there.

        Raises Refused, and Unavailable.
        """
        if places == Places():
            return
        missing = await self._known.missing(caller.tenant_id, places)
        if missing:
            raise not_found(missing[0])
