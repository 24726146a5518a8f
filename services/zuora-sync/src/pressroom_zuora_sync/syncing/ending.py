"""The result of a sync: counts that add up, and what went wrong. Pure."""

from collections.abc import Sequence

from msgspec import Raw

from pressroom_common.contracts import SyncFault, SyncResult, encode

from .deletion import Verdict
from .records import Absent, Closing, SyncRow, Tally

MOST_FAULTS = 100
"""That a result tells; it counts all."""


def nothing_listed(absent: Sequence[Absent]) -> tuple[Verdict, tuple[SyncFault, ...]]:
    """An empty list deletes nothing, and counts as no miss."""
    if not absent:
        return Verdict((), (), ()), ()
    detail = (
        f"Zuora's list of workflows is empty, but {len(absent)} are stored: none was deleted. Look whether the "
        "API user may still view workflows."
    )
    return Verdict((), tuple(absent), ()), (SyncFault(zuora_id=0, code="list_empty", detail=detail),)


def refusal(verdict: Verdict, before: int, guard_percent: float) -> tuple[SyncFault, ...]:
    """What the guard says, where it kept some."""
    if not verdict.refused:
        return ()
    detail = (
        f"{verdict.feared} of {before} workflows would be deleted, more than {guard_percent:g} %: none was. "
        "Where they are really gone, sync once more with `override_guard`."
    )
    return (SyncFault(zuora_id=0, code="guard_refused", detail=detail),)


def sync_result(tally: Tally, verdict: Verdict, faults: Sequence[SyncFault], *, dry_run: bool) -> SyncResult:
    """`faults`: of the sync as a whole."""
    return SyncResult(
        **tally.outcomes,
        deleted=len(verdict.deleted),
        missing=len(verdict.missing) + len(verdict.unread),
        deletion_refused=len(verdict.refused),
        total=tally.listed,
        tasks=tally.tasks,
        pages=tally.pages,
        exports=tally.exports,
        dry_run=dry_run,
        errors=(*faults, *tally.faults)[:MOST_FAULTS],
    )


def closing(sync: SyncRow, result: SyncResult, verdict: Verdict) -> Closing:
    """What is written at the end."""
    if sync.dry_run or not result.total:
        return Closing(result=Raw(encode(result)), complete=not (sync.dry_run or result.missing))
    return Closing(
        deleted=tuple(each.id for each in verdict.deleted),
        missed={str(each.id): each.missed + 1 for each in (*verdict.missing, *verdict.refused)},
        result=Raw(encode(result)),
    )
