"""What an error of the provider means for the job: pure, with a table of cases in the tests."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from openai import APIStatusError

from pressroom_common.contracts import ErrorClass, JobError

from .ports import ProviderError

PERMANENT_STATUSES = frozenset({400, 401, 403, 404, 422})
"""Sent again, they would be refused again."""
TOO_MANY = 429
_THROTTLED = frozenset({"rate_limit_exceeded", "rate_limit_error", "too_many_requests", "requests", "tokens", "429"})
"""Codes and types of errors in a stream, which has no status of its own."""


def refused(error: APIStatusError) -> ProviderError:
    """The provider answered with an error: nothing was bought."""
    return ProviderError(
        classify(error.status_code, error.code or "", error.response.headers.get("retry-after"), datetime.now(UTC)),
        sent=False,
    )


def timed_out(seconds: float, *, sent: bool) -> ProviderError:
    detail = f"The provider did not answer within {seconds:g} s."
    return ProviderError(_error("provider_timeout", detail, "transient"), sent=sent)


def connection_lost(*, sent: bool) -> ProviderError:
    detail = "The connection to the provider broke."
    return ProviderError(_error("provider_failed", detail, "transient"), sent=sent)


def unreadable() -> ProviderError:
    detail = "The provider's answer could not be read."
    return ProviderError(_error("provider_failed", detail, "transient"), sent=True)


def too_large(limit: int) -> ProviderError:
    """`limit` in bytes, of a picture."""
    detail = f"The picture has more than {limit} bytes. Ask for a smaller one."
    return ProviderError(_error("content_too_large", detail, "permanent"), sent=True)


def failed_midway(code: str, kind: str) -> ProviderError:
    """The provider broke off its answer, and said why: `code` and `kind` (the error's `type`) are its own words."""
    words = {code, kind}
    if "insufficient_quota" in words:
        error = classify(TOO_MANY, "insufficient_quota", None, datetime.now(UTC))
    elif words & _THROTTLED:
        error = classify(TOO_MANY, code, None, datetime.now(UTC))
    else:
        error = _error("provider_failed", "The provider broke off its answer with an error.", "transient")
    return ProviderError(error, sent=True)


def classify(status: int, code: str, retry_after: str | None, now: datetime) -> JobError:
    """By status and the provider's own code. `retry_after`: the header, in seconds or as an HTTP date (RFC 9110)."""
    if code == "insufficient_quota":
        detail = "The provider account is out of quota. Top it up, then retry the job."
        return _error("provider_rejected", detail, "permanent")
    if status == TOO_MANY:
        detail = "The provider is throttling."
        return _error("provider_rate_limited", detail, "transient", retry_after_seconds(retry_after, now))
    if status in {401, 403}:
        detail = "The provider refused our credentials. An operator has to check the generator's API key."
        return _error("provider_rejected", detail, "permanent")
    if status in PERMANENT_STATUSES:
        detail = (
            f"The provider refused the request (HTTP {status}{f', {code}' if code else ''}). Change it, then try again."
        )
        return _error("provider_rejected", detail, "permanent")
    return _error("provider_failed", f"The provider failed (HTTP {status}).", "transient")


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds to wait; None where the header is absent or makes no sense."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if seconds < float("inf") else None


def _error(code: str, detail: str, error_class: ErrorClass, retry_after: float | None = None) -> JobError:
    return JobError(code=code, detail=detail, error_class=error_class, retry_after=retry_after)
