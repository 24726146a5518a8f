"""`/v1/admin`: operations, for super-admins."""

from collections.abc import AsyncIterator
from datetime import datetime

from pressroom_client.admin_models import AuditEntry, Lane, LogLevel, Ordered, Pause, Place, Stats, Worker, Workers
from pressroom_client.messages import Call, path
from pressroom_client.retries import Safety

from .admin_jobs import AsyncAdminJobs
from .flags import AsyncFlags
from .parked import AsyncParkedMessages
from .session import AsyncSession
from .tenants import AsyncTenants


class AsyncAdmin:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.jobs = AsyncAdminJobs(session)
        self.flags = AsyncFlags(session)
        self.parked = AsyncParkedMessages(session)
        self.tenants = AsyncTenants(session)

    async def stats(self) -> Stats:
        """Workers, jobs and how they do. The monitor's: `unavailable` while it is away."""
        return await self._session.ask(Stats, Call("GET", path("admin", "stats")))

    async def workers(self) -> tuple[Worker, ...]:
        """Every worker process, by its last heartbeat. The monitor's, as `stats`."""
        return (await self._session.ask(Workers, Call("GET", path("admin", "workers")))).items

    async def drain(self, worker: str) -> Ordered:
        """It finishes what it has, and takes nothing more."""
        return await self._session.ask(Ordered, Call("POST", path("admin", "workers", worker, "drain")))

    async def restart(self, worker: str) -> Ordered:
        """It finishes what it has, and starts again."""
        call = Call("POST", path("admin", "workers", worker, "restart"), safety=Safety.ONCE)
        return await self._session.ask(Ordered, call)

    async def set_log_level(self, worker: str, level: LogLevel) -> Ordered:
        """Until the process ends."""
        call = Call("PUT", path("admin", "workers", worker, "log-level"), body={"level": level})
        return await self._session.ask(Ordered, call)

    async def set_log_level_of_all(self, service: str, level: LogLevel) -> Ordered:
        """Of all workers of a service."""
        call = Call("PUT", path("admin", "services", service, "log-level"), body={"level": level})
        return await self._session.ask(Ordered, call)

    async def lanes(self) -> tuple[Lane, ...]:
        """Windows, what is out, what waits, who paused it."""
        return await self._session.ask(tuple[Lane, ...], Call("GET", path("admin", "lanes")))

    async def pauses(self) -> tuple[Pause, ...]:
        return await self._session.ask(tuple[Pause, ...], Call("GET", path("admin", "pauses")))

    async def pause(self, place: Place, name: str) -> tuple[Pause, ...]:
        """Nothing more of it goes out; what is out goes on. Everything that is paused now."""
        return await self._session.ask(tuple[Pause, ...], Call("POST", path("admin", f"{place}s", name, "pause")))

    async def resume(self, place: Place, name: str) -> tuple[Pause, ...]:
        """Everything that is still paused."""
        return await self._session.ask(tuple[Pause, ...], Call("POST", path("admin", f"{place}s", name, "resume")))

    def audit(
        self,
        *,
        who: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[AuditEntry]:
        """Administrative calls, newest first. `who`: a key's id or name, or a tenant's id; `action`: a part of it."""
        query = {"who": who, "action": action, "from": since, "to": until}
        return self._session.pages(AuditEntry, path("admin", "audit"), query, limit)
