"""The checker finds actions by filter that did something else than they told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from chaos.answers import BulkAnswer
from chaos.bulk_checker import retried, violations
from chaos.history import Made
from chaos.plan import Bulk
from integration.delivery.rows import Entry, Rows
from pressroom_common.contracts import JobStatus

T0 = datetime(2026, 3, 1, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
CANCELS = BulkAnswer(bulk=Bulk("cancel", "demo", 0, 60), asked_at=T0, answered_at=T0, matched=2, done=2)
Change = tuple[float, JobStatus]
"""Seconds after the beginning, and what the job was from then on."""
BEGAN: Change = (-20, "pending")


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def rows(*changes: Sequence[Change]) -> Rows:
    """Of jobs 1, 2, and so on."""
    log = {
        UUID(int=number): [
            Entry(job_id=UUID(int=number), version=version, status=status, attempt=1, at=after(seconds), worker="")
            for version, (seconds, status) in enumerate(each, start=1)
        ]
        for number, each in enumerate(changes, start=1)
    }
    return Rows(jobs={}, log=log, runs={}, calls={})


def found(told: BulkAnswer, held: Rows, tenant: str = "demo", made_at: float = -20) -> list[str]:
    made = {job_id: Made(id=job_id, tenant=tenant, created_at=after(made_at)) for job_id in held.log}
    return list(violations(held, made, [told]))


def answered(seconds: float = 1, action: str = "cancel", **fields: int) -> BulkAnswer:
    bulk = Bulk("cancel" if action == "cancel" else "retry", "demo", 0, 60)
    return replace(CANCELS, bulk=bulk, answered_at=after(seconds), **fields)


def test_what_was_told_and_done_is_no_violation() -> None:
    cancelled = rows([BEGAN, (0.5, "cancelled")], [BEGAN, (-10, "processing"), (0.5, "cancelling"), (0.9, "cancelled")])
    assert found(answered(), cancelled) == []
    again = rows([BEGAN, (-15, "failed"), (0.5, "pending")], [BEGAN, (-12, "cancelled"), (0.5, "blocked")])
    assert found(answered(action="retry"), again) == []
    assert retried(again, [answered(action="retry")]) == {ONE, TWO}
    assert retried(again, [answered()]) == set()


@pytest.mark.parametrize(
    ("told", "held", "words"),
    [
        pytest.param(
            answered(done=2),
            rows([BEGAN, (0.5, "cancelled")], [BEGAN, (0.6, "cancelled")]),
            "it told of 2 jobs, but those that were changed together were [1, 1]",
            id="told of more than it did",
        ),
        pytest.param(
            answered(done=1),
            rows([BEGAN, (0.5, "cancelled")], [BEGAN, (0.5, "cancelling")]),
            "it told of 1 jobs, but those that were changed together were [2]",
            id="told of less",
        ),
        pytest.param(answered(done=0), rows([BEGAN]), f"job {ONE} was left out", id="left out"),
        pytest.param(answered(done=200), rows([BEGAN]), "too many to be judged", id="several batches"),
    ],
)
def test_what_was_told_otherwise_is_found(told: BulkAnswer, held: Rows, words: str) -> None:
    assert any(words in sentence for sentence in found(told, held)), found(told, held)


@pytest.mark.parametrize(("tenant", "made_at"), [("acme", -20), ("demo", -70), ("demo", 0.1)])
def test_what_is_not_meant_must_stay_as_it_was(tenant: str, made_at: float) -> None:
    held = rows([BEGAN, (0.5, "cancelled")])
    assert any("is not meant" in words for words in found(answered(done=1), held, tenant, made_at))
    assert found(answered(done=0), rows([BEGAN]), tenant, made_at) == []


def test_what_the_ledger_may_not_have_heard_of_is_not_left_out() -> None:
    assert found(answered(action="retry", done=0), rows([BEGAN, (-5, "failed")])) == []
    assert found(answered(done=0), rows([(-1, "pending")])) == []
