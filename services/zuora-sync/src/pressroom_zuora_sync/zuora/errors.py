"""What went wrong at Zuora, classified once."""

from typing import Literal

Sort = Literal["transient", "permanent", "configuration"]
"""Another try may help; none will; somebody has to change credentials, rights or settings first."""

Code = Literal[
    "bad_credentials",
    "bad_entity",
    "export_forbidden",
    "export_missing",
    "export_too_large",
    "host_not_allowed",
    "listing_broken",
    "listing_forbidden",
    "malformed",
    "rate_limited",
    "redirected",
    "refused",
    "unavailable",
    "unsuccessful",
    "workflow_forbidden",
    "workflow_missing",
]


class ZuoraError(Exception):
    """`detail` says what to do, and never holds a secret, a token or the body of an answer.

    `retry_after`: seconds, where Zuora said when to come back; not capped.
    """

    def __init__(self, code: Code, detail: str, sort: Sort, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.sort = sort
        self.retry_after = retry_after
