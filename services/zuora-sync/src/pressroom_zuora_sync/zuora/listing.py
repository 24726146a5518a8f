"""The list's pages and single workflows, as Zuora writes them: pure."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from pressroom_zuora_sync.exports.redaction import clean_name, clean_text

from . import answers
from .answers import Understood
from .records import ListedWorkflow

PAGE_LENGTH = 50
"""The most that Zuora gives."""
_MOST = 2**63
"""Ids are smaller: the database's."""


class Listed(NamedTuple):
    """A page; `last`: none comes after it, by what it says itself, though it be empty."""

    items: tuple[ListedWorkflow, ...]
    last: bool

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(item.zuora_id for item in self.items)


def read_page(answer: Understood) -> Listed:
    """Raises ZuoraError: nothing that cannot be read is left out silently, it would count as missing.

    Where `next_page` leads does not matter, whether there is one does: a short page can have one after it.
    """
    data = _inner(answer.envelope.data)
    if not isinstance(data, list):
        raise answers.malformed("the list has no workflows")
    items = tuple(read_workflow(item) for item in data)
    pagination = answers.value(answer.envelope.pagination)
    if isinstance(pagination, dict) and "next_page" in pagination:
        return Listed(items, last=not pagination["next_page"])
    return Listed(items, last=len(items) < PAGE_LENGTH)


def read_single(answer: Understood) -> ListedWorkflow:
    """Bare, or inside `data`. Raises ZuoraError."""
    data = answer.envelope.data
    return read_workflow(_inner(data if memoryview(data) else answer.body))


def read_workflow(item: object) -> ListedWorkflow:
    """Raises ZuoraError."""
    if not isinstance(item, dict):
        raise answers.malformed("a workflow in the list is none")
    active = item.get("active_version")
    version: dict[str, Any] = active if isinstance(active, dict) else {}
    return ListedWorkflow(
        zuora_id=_id(item.get("id")),
        name=clean_name(_text(item.get("name")) or ""),  # people write secrets there, too
        description=clean_text(_text(item.get("description")) or ""),
        status=_text(item.get("status")) or "",
        active_version_id=_number(version.get("id")),
        active_version=_text(version.get("version")),
        draft_version_id=None if version else max(_versions(item), default=None),
        callout_trigger=_flag(item.get("calloutTrigger")),
        ondemand_trigger=_flag(item.get("ondemandTrigger")),
        scheduled_trigger=_flag(item.get("scheduledTrigger")),
        interval=_text(item.get("interval")),
        timezone=_text(item.get("timezone")),
        created_at=read_date(item.get("createdAt")),
        updated_at=read_date(item.get("updatedAt")),
    )


def read_date(value: object) -> datetime | None:
    """ISO 8601, or `2024-03-01 10:00:00` (taken for UTC). None where it is neither: a date decides nothing alone."""
    if not isinstance(value, str):
        return None
    try:
        date = datetime.fromisoformat(value.strip().replace(" UTC", "Z").replace(" +", "+").replace(" -", "-"))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _inner(raw: Raw | bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise answers.malformed("a workflow in the list is no JSON") from None


def _versions(item: dict[str, Any]) -> list[int]:
    """Of versions that are not active; the misspelt key is Zuora's."""
    versions = item.get("latest_inactive_verisons") or item.get("latest_inactive_versions")
    if not isinstance(versions, list):
        return []
    ids = (_number(version.get("id")) for version in versions if isinstance(version, dict))
    return [number for number in ids if number is not None]


def _id(value: object) -> int:
    number = _number(value)
    if number is None:
        raise answers.malformed("a workflow in the list has no id")
    return number


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if 0 < number < _MOST else None


def _text(value: object) -> str | None:
    """PostgreSQL stores no NUL."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).replace("\x00", "")


def _flag(value: object) -> bool:
    return value is True or value == "true"
