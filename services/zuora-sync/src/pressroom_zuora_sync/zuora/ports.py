"""What syncs need of Zuora, and what the client of its API needs of metrics."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Literal, Protocol

from pressroom_common.zuora_reads import ConnectionCheck

from .records import Credentials, Exported, ListedWorkflow, Page

Operation = Literal["token", "list", "workflow", "export"]
Wait = Literal["slot", "rate_limit", "retry"]
"""For a place among the calls at once; because Zuora said so; before another try."""


class Zuora(Protocol):
    """One environment. Calls may run at once, as many as somebody likes: they wait for each other as Zuora demands.

    Transient errors were already tried again, and a token was already renewed, when a ZuoraError comes out.
    """

    def pages(self, start: int = 1) -> AsyncIterator[Page]:
        """The list, page by page, 50 workflows each: the last one has `last`. Pages are counted, never followed.

        Raises ZuoraError: then the list is not complete. `listing_broken`: pages repeat each other or never end.
        """
        ...

    async def workflow(self, zuora_id: int) -> ListedWorkflow | None:
        """None: Zuora says that there is none (404). Raises ZuoraError."""
        ...

    async def export(self, zuora_id: int, version: str | None = None, kept: AsyncExitStack | None = None) -> Exported:
        """`version`: a number or `latest`; None: the active one.

        Of exports over 256 KB, only so many are read at once in a process as its memory is meant for. With `kept`, one
        has its place until that is left: leave it once the export is worked off. Nobody may wait for another export
        before that.

        Raises ZuoraError: `export_missing` (404), `export_forbidden`, `export_too_large`, `malformed`.
        """
        ...

    async def first(self) -> ListedWorkflow | None:
        """Any workflow, by one page of the list. Raises ZuoraError."""
        ...

    async def check(self) -> ConnectionCheck:
        """What the credentials can do, with at most three calls that change nothing. Raises nothing of Zuora's."""
        ...


class Zuoras(Protocol):
    """One per process: environments share connections, tokens and pacing."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Inside, there are connections."""
        ...

    def of(self, credentials: Credentials, track_id: str = "") -> Zuora:
        """`track_id`: sent with each call, the job's id; Zuora's support finds calls by it. Calls nothing yet."""
        ...


class Meter(Protocol):
    """Metrics of calls."""

    def called(self, operation: Operation, outcome: str, seconds: float) -> None:
        """`outcome`: `ok`, or the code of a ZuoraError; one for each try."""
        ...

    def waited(self, reason: Wait, seconds: float) -> None: ...

    def limited(self, calls: int) -> None:
        """So many calls at once are allowed now to the account that this changed for."""
        ...


class NoMeter:
    """Counts nothing."""

    def called(self, operation: Operation, outcome: str, seconds: float) -> None:
        pass

    def waited(self, reason: Wait, seconds: float) -> None:
        pass

    def limited(self, calls: int) -> None:
        pass
