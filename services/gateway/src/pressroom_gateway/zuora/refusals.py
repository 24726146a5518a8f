"""What zuora-sync refuses, in the API's words. Pure."""

from pydantic import ValidationError

from pressroom_common.internal_problems import InternalProblem
from pressroom_gateway.problems import FieldError, Problem

AT_FAULT = frozenset({301, 302, 307, 308, 401, 500})
"""Statuses that say that one of both services is at fault, and not the client."""
_LONGEST_WAIT = 3600
_PASSING = frozenset({429, 503})
"""Statuses after which the same request is worth another try."""


def away() -> Problem:
    return Problem(
        503,
        "unavailable",
        "zuora-sync, which keeps customers and workflows, does not answer at the moment. Jobs that wait for it stay in "
        "the ledger: ask again in a few seconds.",
        headers={"Retry-After": "5"},
    )


def not_set_up() -> Problem:
    """Unlike `unavailable`, it does not pass by itself, and may be as it should."""
    return Problem(
        503,
        "not_set_up",
        "This installation has no zuora-sync. Start the service, and tell the gateway where it is "
        "(GATEWAY_ZUORA_SYNC_URL).",
        headers={"Retry-After": "60"},
    )


def answer_too_large() -> Problem:
    """It would be as large the next time: nothing to be tried again."""
    return Problem(
        422,
        "content_too_large",
        "The answer is too large to be shown. Ask for fewer items at once (`limit`), or for the export itself.",
    )


def problem_of(status: int, content: bytes, retry_after: str | None = None) -> Problem:
    """As the service told it, if it did; what is not in its words is not handed on: it may repeat what was sent."""
    if status in AT_FAULT:
        return away()
    try:
        told = InternalProblem.model_validate_json(content)
    except ValidationError:
        return away()
    errors = [FieldError(fault.field, fault.message) for fault in told.errors]
    return Problem(status, told.code, told.detail, errors=errors, headers=_headers(status, retry_after))


def _headers(status: int, retry_after: str | None) -> dict[str, str]:
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        return {"Retry-After": str(min(int(retry_after[:9]), _LONGEST_WAIT))}
    return {"Retry-After": "5"} if status in _PASSING else {}
