"""The one error of the client: what the gateway answered, or why there is no answer."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    """Its path in the request: `variables.topic`."""
    message: str


class PressroomError(Exception):
    """`code` is for programs and stable, `detail` tells a person what to do.

    Codes of the API are in its documentation. The client's own: `unreachable` (no answer came), `timed_out` (jobs were
    not over in time), `unreadable` (what came is no answer of Pressroom's), `settings` (a URL or key that cannot be),
    `bad_file` (what it holds cannot be sent).
    Where the gateway did not answer, `status` is 0.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        job_id: UUID | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.request_id = request_id
        self.job_id = job_id
        """Of the job that failed, where the error is that of a job."""
        self.retry_after = retry_after
        """Seconds until it makes sense to try again, where the gateway told."""

    @property
    def passing(self) -> bool:
        """Whether it says nothing of the request: the gateway is away, or has too much to do."""
        return self.code in {"unreachable", "unavailable", "rate_limited"}

    def __str__(self) -> str:
        """In one line."""
        fields = "; ".join(f"{error.field}: {error.message}" for error in self.errors)
        status = f"{self.status} " if self.status else ""
        named = {"job": self.job_id, "request": self.request_id}
        names = ", ".join(f"{what} {name}" for what, name in named.items() if name)
        text = f"{status}{self.code}: {self.detail}{f' [{fields}]' if fields else ''}{f' ({names})' if names else ''}"
        return " ".join(text.split())
