"""How a handler says that a run does not complete."""

from pressroom_common.contracts import ErrorClass, JobError


class JobFailed(Exception):
    """This attempt failed: the provider's or the input's fault."""

    def __init__(self, code: str, detail: str, error_class: ErrorClass) -> None:
        super().__init__(detail)
        self.error = JobError(code=code, detail=detail, error_class=error_class)


class Snoozed(Exception):
    """Not now: try again after `seconds`, without using up an attempt."""

    def __init__(self, seconds: float, error: JobError) -> None:
        super().__init__(error.detail)
        self.seconds = seconds
        self.error = error


class LostClaim(Exception):
    """Somebody else holds the run now, or it was ended: do nothing more for it."""
