"""Two environments, workflow by workflow: which is which, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

PairState = Literal["both", "left_only", "right_only", "ambiguous"]


@dataclass(frozen=True, slots=True)
class NamedPair:
    """A name, and whom it names. `ambiguous`: several on one side, so that nobody can say which is which."""

    name: str
    state: PairState
    left: UUID | None = None
    right: UUID | None = None


def by_name(left: Iterable[tuple[str, UUID]], right: Iterable[tuple[str, UUID]]) -> list[NamedPair]:
    """In the order of the names. Blanks around a name are no part of it."""
    on_left, on_right = _grouped(left), _grouped(right)
    return [_pair(name, on_left.get(name, []), on_right.get(name, [])) for name in sorted({*on_left, *on_right})]


def _grouped(items: Iterable[tuple[str, UUID]]) -> Mapping[str, list[UUID]]:
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    for name, workflow_id in items:
        found[name.strip()].append(workflow_id)
    return found


def _pair(name: str, left: list[UUID], right: list[UUID]) -> NamedPair:
    if len(left) > 1 or len(right) > 1:
        return NamedPair(name, "ambiguous")
    if not right:
        return NamedPair(name, "left_only", left=left[0])
    if not left:
        return NamedPair(name, "right_only", right=right[0])
    return NamedPair(name, "both", left[0], right[0])
