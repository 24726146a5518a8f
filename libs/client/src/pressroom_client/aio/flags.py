"""`/v1/admin/flags`: who has what is not available to everybody."""

from collections.abc import Iterable
from datetime import datetime

from pressroom_client.admin_models import Audience, Flag, Share
from pressroom_client.messages import Call, given, path

from .session import AsyncSession


class AsyncFlags:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, feature: str) -> Flag:
        return await self._session.ask(Flag, Call("GET", path("admin", "flags", feature)))

    async def set(
        self,
        feature: str,
        audience: Audience,
        *,
        percent: int | None = None,
        percent_of: Share | None = None,
        tenants: Iterable[str] | None = None,
        new_since: datetime | None = None,
    ) -> Flag:
        """The whole rule, effective within 5 s everywhere. The rest goes with `some`, who fit one of these: `percent`
        (a higher one only adds), `tenants` (slugs or ids), keys made since.
        """
        named = None if tenants is None else [*tenants]
        rule = given(audience=audience, percent=percent, percent_of=percent_of, tenants=named, new_since=new_since)
        return await self._session.ask(Flag, Call("PUT", path("admin", "flags", feature), body=rule))

    async def list(self) -> tuple[Flag, ...]:
        """Every feature, also where nobody has set a rule."""
        return await self._session.ask(tuple[Flag, ...], Call("GET", path("admin", "flags")))
