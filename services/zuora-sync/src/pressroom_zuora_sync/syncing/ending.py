"""The result of a sync: counts that add up, and what went wrong. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Raw

from pressroom_common.contracts import SyncFault, SyncResult, encode

from .deletion import Answer, Verdict
from .records import Absent, Closing, SyncRow, Tally

MOST_FAULTS = 100
"""That a result tells; it counts all."""


def nothing_listed(absent: Sequence[Absent], answers: Mapping[int, Answer]) -> tuple[Verdict, tuple[SyncFault, ...]]:
    """An empty list deletes nothing by itself, and counts as no miss. Under an override each one was asked for by its
    id: a 404 deletes it."""
    if not absent:
        return Verdict((), (), ()), ()
    gone = tuple(each for each in absent if answers.get(each.zuora_id) == "gone")
    kept = tuple(each for each in absent if answers.get(each.zuora_id) not in {"gone", "alive"})
    told = (
        f"{len(gone)} of them are gone by their ids, too, and were deleted."
        if answers
        else "none was deleted. Look whether the API user may still view workflows. Where they are really gone, sync "
        "once more with `override_guard`: each one is then asked for by its id."
    )
    detail = f"Zuora's list of workflows is empty, but {len(absent)} are stored: {told}"
    return Verdict(gone, (), (), kept), (SyncFault(zuora_id=0, code="list_empty", detail=detail),)


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
    if sync.dry_run:
        return Closing(result=Raw(encode(result)), complete=False)
    return Closing(
        deleted=tuple(each.id for each in verdict.deleted),
        missed={str(each.id): each.missed + 1 for each in (*verdict.missing, *verdict.refused)},
        complete=result.total > 0 or not result.missing,
        result=Raw(encode(result)),
    )
