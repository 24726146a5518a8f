"""What goes wrong, in the API's words: RFC 9457 with a stable `code`. No framework: services raise these."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    """Its path in the request: `variables.topic`, `sections.0.id`."""
    message: str


class Problem(Exception):
    """Ends a request with an error answer. `detail` tells a person what to do; it never repeats a secret."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def invalid(*errors: FieldError) -> Problem:
    """422 for fields that are well-formed and still wrong."""
    names = ", ".join(error.field for error in errors)
    return Problem(422, "invalid_request", f"Correct these fields and send the request again: {names}.", errors=errors)


def not_found(what: str) -> Problem:
    """404, for what is not there and for what belongs to another tenant: the two are not told apart."""
    return Problem(404, "not_found", f"There is no such {what}. Check the id and the tenant of the API key.")


def forbidden(detail: str) -> Problem:
    return Problem(403, "forbidden", detail)


def conflict(detail: str) -> Problem:
    return Problem(409, "conflict", detail)


def too_large(detail: str) -> Problem:
    return Problem(413, "too_large", detail)


def unauthenticated(detail: str) -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="pressroom"'}
    return Problem(401, "unauthenticated", detail, headers=headers)


def rate_limited(detail: str, seconds: float) -> Problem:
    """429; `seconds` until it makes sense to try again."""
    return Problem(429, "rate_limited", detail, headers={"Retry-After": str(max(1, math.ceil(seconds)))})


def unavailable() -> Problem:
    return Problem(
        503,
        "unavailable",
        "The service cannot reach its database or broker at the moment. The request is not at fault: send it again.",
        headers={"Retry-After": "2"},
    )


def internal() -> Problem:
    return Problem(500, "internal", "The service made a mistake. Report it with the request's id, `request_id`.")
