"""Requests and answers as HTTP has them; no I/O."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx2
import pydantic
import pydantic_core

from .errors import FieldError, PressroomError
from .retries import Safety, Trouble

Model = TypeVar("Model")
CONNECT_SECONDS = 5.0
LONG_SECONDS = 90.0
"""Seconds that the gateway may be silent over what opens many exports, or deletes much."""
USER_AGENT = "pressroom-client/0.1.0"
LARGEST_PAGE = 200
EVENT_STREAM: Final[Mapping[str, str]] = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
"""Headers of who wants events."""


class Keep(Enum):
    """Where None is a value, this says that nothing was given."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the gateway."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    """Without what is None or KEEP: see `given`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    safety: Safety = Safety.REPEATABLE
    seconds: float | None = None
    """How long the gateway may be silent; None: the client's own number."""
    keyless: bool = False
    """It carries its own permission, and may lead to another server: redirections are followed, without the API key."""
    also: frozenset[int] = frozenset()
    """Statuses outside 200 to 299 that are answers, and no errors."""


def given(**fields: Any) -> dict[str, Any]:
    """Without what was not given."""
    return {name: value for name, value in fields.items() if value is not None}


def changed(**fields: Any) -> dict[str, Any]:
    """As `given`, where None is a value."""
    return {name: value for name, value in fields.items() if value is not KEEP}


def path(*parts: object) -> str:
    """Under `/v1`; what a part holds cannot lead to another path."""
    return "/".join(["/v1", *(quote(str(part), safe="") for part in parts)])


def listed(*texts: str) -> str | None:
    """As the queries of the API have several values."""
    return ",".join(texts) or None


def idempotency(key: str | None) -> dict[str, str]:
    """The caller's key, or a new one: tries of one call share it."""
    return {"Idempotency-Key": key or uuid.uuid4().hex}


def arguments(call: Call) -> dict[str, Any]:
    """Of `build_request`. Times are RFC 3339, ids as text."""
    query = pydantic_core.to_jsonable_python({key: value for key, value in call.query.items() if value is not None})
    prepared: dict[str, Any] = {"params": query or None, "headers": dict(call.headers)}
    if call.body is not None:
        prepared["content"] = pydantic_core.to_json(call.body)
        prepared["headers"]["Content-Type"] = "application/json"
    if call.seconds is not None:
        prepared["timeout"] = httpx2.Timeout(call.seconds, connect=CONNECT_SECONDS)
    return prepared


def read(model: type[Model], response: httpx2.Response) -> Model:
    """The answer as a model. Raises PressroomError for what is no such answer."""
    try:
        return pydantic.TypeAdapter(model).validate_json(response.content)
    except pydantic.ValidationError as error:
        detail = f"The answer to {response.request.method} {response.request.url.path} is not Pressroom's. {_CHECK_URL}"
        raise PressroomError(0, "unreadable", detail, request_id=_request_id(response)) from error


def is_event_stream(response: httpx2.Response) -> bool:
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() == EVENT_STREAM["Accept"]


def job_of(response: httpx2.Response) -> uuid.UUID | None:
    """Whose answer or events they are, where that is told: `Location: /v1/generations/<id>`."""
    last = response.headers.get("Location", "").rpartition("/")[2]
    try:
        return uuid.UUID(last)
    except ValueError:
        return None


def trouble_of(response: httpx2.Response) -> Trouble:
    """A problem (RFC 9457), or what a proxy on the way said instead."""
    told = _object(response)
    status = response.status_code
    code = str(told.get("code") or _FROM_PROXIES.get(status, "unreadable"))
    detail = str(told.get("detail") or f"HTTP {status}, and no problem document. {_CHECK_URL}")
    errors = tuple(FieldError(str(each["field"]), str(each["message"])) for each in told.get("errors") or ())
    error = PressroomError(
        status,
        code,
        detail,
        errors=errors,
        request_id=_request_id(response),
        retry_after=_retry_after(response),
        job_id=job_of(response),
    )
    return Trouble(error, refused=code == "rate_limited")


def trouble_without_answer(error: httpx2.TransportError, origin: str) -> Trouble:
    refused = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    what = "cannot be reached" if refused else "gave no answer; whether it took the request is not known"
    detail = f"{origin} {what} ({type(error).__name__}). Is it running, and is the URL right?"
    return Trouble(PressroomError(0, "unreachable", detail), refused=refused)


_CHECK_URL = "Is the URL that of a Pressroom gateway?"
_FROM_PROXIES = {429: "rate_limited", 502: "unavailable", 503: "unavailable", 504: "unavailable"}
"""Where the answer has no code of the gateway's."""


def _object(response: httpx2.Response) -> dict[str, Any]:
    try:
        told = pydantic_core.from_json(response.content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _request_id(response: httpx2.Response) -> str | None:
    return response.headers.get("X-Request-ID")


def _retry_after(response: httpx2.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if re.fullmatch(r"\d{1,6}", told) else None
