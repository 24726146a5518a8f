"""Which workflows are gone: pure.

Stored ones that a complete list has not are *missing*. A 404 on its id says that one is gone; so does the second
complete list in a row without it, where its id may not be asked for. Those that were not asked for, or that nobody
answered for, wait, and count as gone for the guard: an environment that was emptied is not deleted a few at a time.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from .records import Absent

Answer = Literal["gone", "alive", "unread", "forbidden"]
"""404; 200; 200 with what cannot be read; 403. Whatever else comes instead is no answer."""
_MISSES = 2


class Verdict(NamedTuple):
    deleted: tuple[Absent, ...]
    missing: tuple[Absent, ...]
    """Kept, and looked at again by the next sync."""
    refused: tuple[Absent, ...]
    """Kept by the guard."""
    unread: tuple[Absent, ...] = ()
    """Kept: something is there under its id, so that this is no miss."""
    feared: int = 0
    """How many the guard counted: those that are gone, and those without an answer."""


def verdict(
    absent: Sequence[Absent], answers: Mapping[int, Answer], before: int, guard_percent: float, *, override: bool
) -> Verdict:
    """`answers`: by Zuora's id, of those that have one. `before`: how many were stored, the absent among them."""
    gone: list[Absent] = []
    missing: list[Absent] = []
    unread = tuple(each for each in absent if answers.get(each.zuora_id) == "unread")
    for each in absent:
        answer = answers.get(each.zuora_id)
        if answer in {"alive", "unread"}:
            continue
        certain = answer == "gone" or (answer == "forbidden" and each.missed + 1 >= _MISSES)
        (gone if certain else missing).append(each)
    feared = len(gone) + sum(each.zuora_id not in answers for each in absent)
    if not override and feared * 100 > before * guard_percent:
        return Verdict((), tuple(missing), tuple(gone), unread, feared)
    return Verdict(tuple(gone), tuple(missing), (), unread)
