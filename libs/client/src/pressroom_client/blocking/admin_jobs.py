"""`/v1/admin/jobs`: jobs of all tenants, one by one and by filter."""

# Written by libs/client/write_blocking.py: edit aio/admin_jobs.py instead.

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from pressroom_client.admin_models import AdminJob, AdminJobDetail, BulkDone, JobFilter
from pressroom_client.messages import Call, given, listed, path
from pressroom_client.models import Priority
from pressroom_client.retries import Safety

from .session import Session


class AdminJobs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, job_id: UUID | str) -> AdminJobDetail:
        return self._session.ask(AdminJobDetail, Call("GET", path("admin", "jobs", job_id)))

    def retry(self, job_id: UUID | str) -> AdminJob:
        call = Call("POST", path("admin", "jobs", job_id, "retry"), safety=Safety.ONCE)
        return self._session.ask(AdminJob, call)

    def cancel(self, job_id: UUID | str) -> AdminJob:
        return self._session.ask(AdminJob, Call("POST", path("admin", "jobs", job_id, "cancel")))

    def delete(self, job_id: UUID | str) -> None:
        """A job that is over is gone for everybody at once, with what was written in it."""
        self._session.send(Call("DELETE", path("admin", "jobs", job_id), safety=Safety.ONCE))

    def retry_all(self, which: JobFilter, *, preview: bool = False) -> BulkDone:
        """At most 10,000 a request; `preview` only counts what it would be."""
        return self._by_filter("retry", which, preview=preview)

    def cancel_all(self, which: JobFilter, *, preview: bool = False) -> BulkDone:
        """As `retry_all`."""
        return self._by_filter("cancel", which, preview=preview)

    def delete_all(self, which: JobFilter, *, preview: bool = False) -> BulkDone:
        """As `retry_all`, for jobs that are over."""
        return self._by_filter("delete", which, preview=preview)

    def flush_failed(self, *, preview: bool = False) -> BulkDone:
        """Delete all failed jobs."""
        safety = Safety.REPEATABLE if preview else Safety.ONCE
        call = Call("POST", path("admin", "jobs", "flush-failed"), body={"preview": preview}, safety=safety)
        return self._session.ask(BulkDone, call)

    def list(
        self,
        *,
        tenant: str | None = None,
        statuses: Iterable[str] = (),
        kind: str | None = None,
        lane: Priority | None = None,
        error_code: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[AdminJob]:
        """Newest first; all, or `limit` of them."""
        query = {
            "tenant": tenant,
            "status": listed(*statuses),
            "kind": kind,
            "lane": lane,
            "error_code": error_code,
            "created_from": created_from,
            "created_to": created_to,
        }
        return self._session.pages(AdminJob, path("admin", "jobs"), query, limit)

    def _by_filter(self, action: str, which: JobFilter, *, preview: bool) -> BulkDone:
        body = {"filter": given(**which.model_dump()), "preview": preview}
        safety = Safety.REPEATABLE if preview else Safety.ONCE
        return self._session.ask(BulkDone, Call("POST", path("admin", "jobs", action), body=body, safety=safety))
