"""`/v1/admin`: operations, for super-admins."""

# Written by libs/client/write_blocking.py: edit aio/admin.py instead.

from collections.abc import Iterator
from datetime import datetime

from pressroom_client.admin_models import AuditEntry, Lane, LogLevel, Ordered, Pause, Place, Stats, Worker, Workers
from pressroom_client.messages import Call, path
from pressroom_client.retries import Safety

from .admin_jobs import AdminJobs
from .flags import Flags
from .parked import ParkedMessages
from .session import Session
from .tenants import Tenants


class Admin:
    def __init__(self, session: Session) -> None:
        self._session = session
        self.jobs = AdminJobs(session)
        self.flags = Flags(session)
        self.parked = ParkedMessages(session)
        self.tenants = Tenants(session)

    def stats(self) -> Stats:
        """Workers, jobs and how they do. The monitor's: `unavailable` while it is away."""
        return self._session.ask(Stats, Call("GET", path("admin", "stats")))

    def workers(self) -> tuple[Worker, ...]:
        """Every worker process, by its last heartbeat. The monitor's, as `stats`."""
        return (self._session.ask(Workers, Call("GET", path("admin", "workers")))).items

    def drain(self, worker: str) -> Ordered:
        """It finishes what it has, and takes nothing more."""
        return self._session.ask(Ordered, Call("POST", path("admin", "workers", worker, "drain")))

    def restart(self, worker: str) -> Ordered:
        """It finishes what it has, and starts again."""
        call = Call("POST", path("admin", "workers", worker, "restart"), safety=Safety.ONCE)
        return self._session.ask(Ordered, call)

    def set_log_level(self, worker: str, level: LogLevel) -> Ordered:
        """Until the process ends."""
        call = Call("PUT", path("admin", "workers", worker, "log-level"), body={"level": level})
        return self._session.ask(Ordered, call)

    def set_log_level_of_all(self, service: str, level: LogLevel) -> Ordered:
        """Of all workers of a service."""
        call = Call("PUT", path("admin", "services", service, "log-level"), body={"level": level})
        return self._session.ask(Ordered, call)

    def lanes(self) -> tuple[Lane, ...]:
        """Windows, what is out, what waits, who paused it."""
        return self._session.ask(tuple[Lane, ...], Call("GET", path("admin", "lanes")))

    def pauses(self) -> tuple[Pause, ...]:
        return self._session.ask(tuple[Pause, ...], Call("GET", path("admin", "pauses")))

    def pause(self, place: Place, name: str) -> tuple[Pause, ...]:
        """Nothing more of it goes out; what is out goes on. Everything that is paused now."""
        return self._session.ask(tuple[Pause, ...], Call("POST", path("admin", f"{place}s", name, "pause")))

    def resume(self, place: Place, name: str) -> tuple[Pause, ...]:
        """Everything that is still paused."""
        return self._session.ask(tuple[Pause, ...], Call("POST", path("admin", f"{place}s", name, "resume")))

    def audit(
        self,
        *,
        who: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[AuditEntry]:
        """Administrative calls, newest first. `who`: a key's id or name, or a tenant's id; `action`: a part of it."""
        query = {"who": who, "action": action, "from": since, "to": until}
        return self._session.pages(AuditEntry, path("admin", "audit"), query, limit)
