"""Which workflows a sync deletes: never one that Zuora has, and never many at once."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_zuora_sync.syncing.deletion import Answer, verdict
from pressroom_zuora_sync.syncing.records import Absent
from protocol.profile import examples

ANSWERS: st.SearchStrategy[Answer | None] = st.sampled_from(["gone", "alive", "unread", "forbidden", None])


def absent(zuora_id: int, missed: int = 0) -> Absent:
    return Absent(id=UUID(int=zuora_id), zuora_id=zuora_id, name=f"Workflow {zuora_id}", missed=missed)


@pytest.mark.parametrize(
    ("answer", "missed", "deleted"),
    [
        ("gone", 0, True),
        ("gone", 1, True),
        ("forbidden", 0, False),
        ("forbidden", 1, True),
        ("alive", 5, False),
        ("unread", 5, False),
        (None, 0, False),
        (None, 5, False),
    ],
)
def test_a_404_is_certain_and_so_is_the_second_miss_of_one_that_may_not_be_asked_for(
    answer: Answer | None, missed: int, *, deleted: bool
) -> None:
    answers: dict[int, Answer] = {} if answer is None else {1: answer}
    decided = verdict([absent(1, missed)], answers, before=100, guard_percent=20, override=False)
    assert [each.zuora_id for each in decided.deleted] == ([1] if deleted else [])
    assert [each.zuora_id for each in decided.missing] == ([] if deleted or answer in {"alive", "unread"} else [1])


@pytest.mark.parametrize(("gone", "refused"), [(20, False), (21, True)])
def test_the_guard_keeps_them_all_where_more_would_go_than_it_allows(gone: int, *, refused: bool) -> None:
    found = [absent(number) for number in range(gone)]
    answers: dict[int, Answer] = dict.fromkeys(range(gone), "gone")
    decided = verdict(found, answers, before=100, guard_percent=20, override=False)
    assert (len(decided.deleted), len(decided.refused)) == ((0, gone) if refused else (gone, 0))
    assert len(verdict(found, answers, before=100, guard_percent=20, override=True).deleted) == gone


@pytest.mark.parametrize(
    ("asked", "unanswered", "refused"), [(20, 0, False), (20, 1, True), (1, 19, False), (1, 20, True), (0, 90, False)]
)
def test_the_guard_counts_those_that_have_no_answer_as_gone(asked: int, unanswered: int, *, refused: bool) -> None:
    """The environment would else be emptied step by step, each of them within the guard."""
    found = [absent(number) for number in range(asked + unanswered)]
    answers: dict[int, Answer] = dict.fromkeys(range(asked), "gone")
    decided = verdict(found, answers, before=100, guard_percent=20, override=False)
    assert (len(decided.deleted), len(decided.refused)) == ((0, asked) if refused else (asked, 0))
    assert len(decided.missing) == unanswered
    if refused:
        assert decided.feared == asked + unanswered


@given(
    stored=st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3), ANSWERS), max_size=60),
    guard=st.integers(0, 100),
    override=st.booleans(),
)
@examples(500)
def test_nothing_that_exists_is_deleted(
    stored: list[tuple[bool, bool, int, Answer | None]], guard: int, *, override: bool
) -> None:
    """Of each: whether Zuora has it, whether the list has it, how often it was missed, and what is said of its id.

    Whoever exists answers 200 or with an error; two complete lists without it, and a 403, are all that can hide it.
    """
    missing: list[Absent] = []
    answers: dict[int, Answer] = {}
    hidden = set[int]()
    for number, (exists, listed, missed, said) in enumerate(stored):
        if exists and listed:
            continue
        missing.append(absent(number, missed))
        answer = truthful(said, exists=exists)
        if answer is not None:
            answers[number] = answer
        if exists and answer == "forbidden" and missed:
            hidden.add(number)
    decided = verdict(missing, answers, len(stored), guard, override=override)
    assert all(not stored[each.zuora_id][0] or each.zuora_id in hidden for each in decided.deleted)
    assert accounted(decided.deleted, decided.missing, decided.refused, decided.unread) == wanted(missing, answers)
    if not override:
        assert len(decided.deleted) * 100 <= guard * len(stored)


def truthful(said: Answer | None, *, exists: bool) -> Answer | None:
    if said == "gone" and exists:
        return "alive"
    return "gone" if said == "alive" and not exists else said


def accounted(*sorts: tuple[Absent, ...]) -> list[int]:
    return sorted(each.zuora_id for sort in sorts for each in sort)


def wanted(missing: list[Absent], answers: Mapping[int, Answer]) -> list[int]:
    """Each one that nobody found, once."""
    return sorted(each.zuora_id for each in missing if answers.get(each.zuora_id) != "alive")
