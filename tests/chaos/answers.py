"""Every HTTP answer of a run, as far as the checker has to know it."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from msgspec import Struct

from chaos.plan import StepKind
from pressroom_common.contracts import JobStatus

Asked = StepKind | Literal["submit", "show", "list"]

EXPECTED: dict[Asked, frozenset[int]] = {
    "submit": frozenset({202}),
    "again": frozenset({202}),
    "show": frozenset({200}),
    "list": frozenset({200}),
    "cancel": frozenset({200, 202}),
    "pause": frozenset({200, 202, 409}),  # a worker was faster, or it is over
    "resume": frozenset({200, 202}),
    "to lane": frozenset({200, 202, 409}),
    "to time": frozenset({200, 202, 409}),
    "retry": frozenset({202, 409}),
}
"""By what was asked. 503 is well, too: the database is away, and the client asks again."""
AWAY = 503
NEVER = 0
"""In place of a status: no gateway has ever answered."""


class Answer(Struct, frozen=True, kw_only=True):
    number: int
    """Of the wish."""
    asked: Asked
    code: int
    """HTTP status."""
    job_id: UUID | None = None
    status: JobStatus | None = None
    content: str | None = None
    text: str = ""
    """Of an answer that should not be."""


class Answers:
    """In the order they came in."""

    def __init__(self) -> None:
        self.all: list[Answer] = []
        self.unheard = 0
        """Submissions without a key whose answer was lost: each may have made a job that nobody knows of."""

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.all)

    def add(self, answer: Answer) -> None:
        self.all.append(answer)

    @property
    def accepted(self) -> dict[UUID, int]:
        """Jobs that somebody was promised, with the number of their wish."""
        return {
            answer.job_id: answer.number
            for answer in self.all
            if answer.job_id is not None and answer.asked in {"submit", "again"} and answer.code == 202
        }
