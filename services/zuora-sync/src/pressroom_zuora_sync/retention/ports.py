"""What retention needs of the database. Every method raises Unavailable."""

from typing import Protocol


class History(Protocol):
    """The oldest go first; what somebody else has locked stays for the next time."""

    async def delete_syncs(self, seconds: float, limit: int) -> int:
        """Those that ended so long ago, but for the last one of each environment; how many it were."""
        ...

    async def delete_versions(self, seconds: float, kept: int, limit: int) -> int:
        """Those that were exported so long ago, but for the newest `kept` of each workflow; how many it were."""
        ...
