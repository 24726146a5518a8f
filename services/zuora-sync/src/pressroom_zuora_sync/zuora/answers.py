"""What an answer of Zuora's means: pure, with a table of cases in the tests."""

import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Raw, Struct

from .errors import ZuoraError
from .ports import Operation

_MOST_SAID = 200
"""Characters of Zuora's own words in a detail."""
_BY_CATEGORY = {"10": 403, "11": 401, "40": 404, "50": 503, "60": 500, "61": 503, "70": 429}
"""The last two digits of a code in `reasons` are its category; as the HTTP status that means the same."""
UNCLEAR = 0
"""In a status's place: Zuora refused without one, for a reason that is not known."""
Writer = Literal["zuora", "gateway", "other"]
"""Of an error: Zuora's workflows; any JSON gateway, Zuora's own or another; whoever writes pages of HTML."""
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")


class Envelope(Struct):
    """The outside of any answer, each part as it is written: nothing inside is read before it is needed."""

    success: Raw = Raw()
    """False in some answers of status 200."""
    reasons: Raw = Raw()
    errors: Raw = Raw()
    code: Raw = Raw()
    reason: Raw = Raw()
    message: Raw = Raw()
    workflow: Raw = Raw()
    data: Raw = Raw()
    pagination: Raw = Raw()
    access_token: Raw = Raw()
    expires_in: Raw = Raw()


class Said(NamedTuple):
    """Zuora's own code and words, without secrets, one line, cut."""

    code: str
    message: str

    def __str__(self) -> str:
        words = ": ".join(part for part in (self.code, self.message) if part)
        return f' Zuora says "{words}".' if words else ""


class Understood(NamedTuple):
    """An answer that refuses nothing: a whole JSON object."""

    body: bytes
    envelope: Envelope

    @property
    def has_workflow(self) -> bool:
        """As an export has."""
        return bytes(memoryview(self.envelope.workflow)[:1]) == b"{"


_decoder = msgspec.json.Decoder(Envelope)


def opened(body: bytes) -> Envelope | None:
    """The JSON object in it, checked to its end; None where there is none."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def value(raw: Raw, most: int = 64 * 1024) -> Any:
    """What is written there; None where nothing is, or more than `most` bytes."""
    written = memoryview(raw)
    try:
        return msgspec.json.decode(written) if 0 < len(written) <= most else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def malformed(what: str) -> ZuoraError:
    detail = f"Zuora's answer could not be read: {what}. Try again later; if it stays so, ask Zuora's support."
    return ZuoraError("malformed", detail, "permanent")


def said(envelope: Envelope | None, secrets: Iterable[str]) -> Said:
    """In any of the forms that Zuora has for it; empty where it said nothing."""
    if envelope is None:
        return Said("", "")
    for listed in (value(envelope.reasons), value(envelope.errors)):
        if isinstance(listed, list) and listed and isinstance(listed[0], dict):
            first: dict[str, Any] = listed[0]
            return _plain(first.get("code"), first.get("message") or first.get("title"), secrets)
    return _plain(value(envelope.code) or value(envelope.reason), value(envelope.message), secrets)


def meaning(status: int, envelope: Envelope | None) -> int:
    """The status, or the one that a refusal in an answer of status 200 stands for."""
    if status != 200 or envelope is None or value(envelope.success) is not False:
        return status
    return _BY_CATEGORY.get(said(envelope, ()).code[-2:], UNCLEAR)


def writer(envelope: Envelope | None) -> Writer:
    """Who wrote an error, by its form: one with a code is Zuora's, a bare message can be anybody's."""
    if envelope is None:
        return "other"
    for listed in (value(envelope.reasons), value(envelope.errors)):
        if isinstance(listed, list) and listed and isinstance(listed[0], dict):
            return "zuora"
    return "zuora" if value(envelope.code) is not None and value(envelope.message) is not None else "gateway"


def refusal(
    operation: Operation, status: int, words: Said, wait: float | None, by: Writer = "zuora"
) -> ZuoraError | None:
    """None: nothing was refused. `status`: the meaning. `wait`: seconds that Zuora asked for.

    A 404 says that something is gone, which is then deleted here: only Zuora's own says that.
    """
    if 200 <= status < 300:
        return None
    if status == 429:
        return ZuoraError("rate_limited", f"Zuora's limit of calls is reached.{words}", "transient", wait)
    if status >= 500 or status in {408, 425}:
        return ZuoraError("unavailable", f"Zuora failed (HTTP {status}).{words}", "transient", wait)
    if status == 401 or (operation == "token" and status in {400, 403}):
        return _bad_credentials(status, words)
    if status == 403:
        return _forbidden(operation, words)
    if status == 404 and operation in {"export", "workflow"} and by != "gateway":
        return _missing(operation, words, by)
    if status == UNCLEAR:
        detail = f"Zuora did not do it, in an answer of status 200.{words} Try again later."
        return ZuoraError("unsuccessful", detail, "transient")
    if status < 400:
        detail = f"The host redirects elsewhere (HTTP {status}), which is never followed. Check the base URL."
        return ZuoraError("redirected", detail, "configuration")
    return ZuoraError("refused", f"Zuora refused the call (HTTP {status}).{words}", "permanent")


def _bad_credentials(status: int, words: Said) -> ZuoraError:
    detail = (
        f"Zuora does not accept the client id and secret (HTTP {status}).{words} Check them, and the base URL, and "
        "save the environment anew."
    )
    return ZuoraError("bad_credentials", detail, "configuration")


def _forbidden(operation: Operation, words: Said) -> ZuoraError:
    if operation == "export":
        detail = f"The user of the client id may not export the workflow.{words} Give it the right to manage workflows."
        return ZuoraError("export_forbidden", detail, "configuration")
    if operation == "workflow":  # of this one alone: the list was answered
        detail = f"The user of the client id may not see the workflow.{words} Give it the right to view workflows."
        return ZuoraError("workflow_forbidden", detail, "configuration")
    detail = f"The user of the client id may not see workflows.{words} Give it the right to view workflows."
    return ZuoraError("listing_forbidden", detail, "configuration")


def _missing(operation: Operation, words: Said, by: Writer) -> ZuoraError:
    if by == "other":
        return ZuoraError("unavailable", "Somebody between answered instead of Zuora (HTTP 404).", "transient")
    if operation == "export":
        return ZuoraError("export_missing", f"Zuora has no such export (HTTP 404).{words}", "permanent")
    return ZuoraError("workflow_missing", f"Zuora has no such workflow (HTTP 404).{words}", "permanent")


def _plain(code: object, message: object, secrets: Iterable[str]) -> Said:
    hidden = tuple(secrets)
    return Said(_masked(code, hidden)[:60], _masked(message, hidden)[:_MOST_SAID])


def _masked(text: object, secrets: Iterable[str]) -> str:
    if not isinstance(text, str | int):
        return ""
    words = str(text)
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    return " ".join("".join(c if c.isprintable() else " " for c in _BEARER.sub(r"\1 ***", words)).split())
