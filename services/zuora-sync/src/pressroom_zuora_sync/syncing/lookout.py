"""Many calls in a row without an answer: is Zuora away, or are they what it cannot give?"""

import asyncio

from pressroom_zuora_sync.zuora.ports import Zuora

from .troubles import Troubles


class Lookout:
    def __init__(self, zuora: Zuora, troubles: Troubles) -> None:
        self._zuora = zuora
        self._troubles = troubles
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """Where it is time to. Raises ZuoraError where the list is not answered, either: then all wait for later."""
        if not self._troubles.perhaps_away:
            return
        async with self._looking:
            if self._troubles.perhaps_away:  # nobody else has looked meanwhile
                await self._zuora.first()
                self._troubles.there()
