"""`/v1/admin/parked`: messages that no service could handle."""

from collections.abc import AsyncIterator
from uuid import UUID

from pressroom_client.admin_models import Parked, ParkedDetail
from pressroom_client.messages import Call, path
from pressroom_client.retries import Safety

from .session import AsyncSession


class AsyncParkedMessages:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, message_id: UUID | str) -> ParkedDetail:
        """With its body, which may hold what clients wrote."""
        return await self._session.ask(ParkedDetail, Call("GET", path("admin", "parked", message_id)))

    async def replay(self, message_id: UUID | str) -> Parked:
        """Send it on its way again, once."""
        call = Call("POST", path("admin", "parked", message_id, "replay"), safety=Safety.ONCE)
        return await self._session.ask(Parked, call)

    async def drop(self, message_id: UUID | str) -> Parked:
        """Nobody needs it."""
        call = Call("POST", path("admin", "parked", message_id, "drop"), safety=Safety.ONCE)
        return await self._session.ask(Parked, call)

    def list(
        self, *, status: str | None = None, queue: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Parked]:
        """Newest first, without bodies."""
        return self._session.pages(Parked, path("admin", "parked"), {"status": status, "queue": queue}, limit)
