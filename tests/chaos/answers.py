"""Every HTTP answer of a run, as far as the checker has to know it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from chaos.plan import Bulk, StepKind
from pressroom_common.contracts import JobStatus

Asked = StepKind | Literal["submit", "generate", "stream", "show", "list"]
ASKING: frozenset[Asked] = frozenset({"submit", "again", "generate", "stream"})
"""For a job."""

EXPECTED: dict[Asked, frozenset[int]] = {
    "submit": frozenset({202}),
    "again": frozenset({202}),
    "generate": frozenset({200, 202, 400, 409, 422, 429, 502}),  # finished, handed over, or how it ended otherwise
    "stream": frozenset({200}),
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
    error_code: str | None = None
    """Of a job that failed while its client waited."""
    text: str = ""
    """Of an answer that should not be."""

    @property
    def promises(self) -> bool:
        """A job, or tells what became of it."""
        return self.job_id is not None and self.asked in ASKING and self.code != AWAY


class BulkAnswer(Struct, frozen=True, kw_only=True):
    """Of an administrator's action by filter, the last time that it was sent."""

    bulk: Bulk
    asked_at: datetime
    answered_at: datetime
    matched: int
    done: int

    @property
    def made_from(self) -> datetime:
        """When the oldest of its jobs was made."""
        return self.asked_at - timedelta(seconds=self.bulk.seconds)


class Answers:
    """In the order they came in."""

    def __init__(self) -> None:
        self.all: list[Answer] = []
        self.bulks: list[BulkAnswer] = []
        self.unheard = 0
        """Submissions without a key whose answer was lost: each may have made a job that nobody knows of."""

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.all)

    def add(self, answer: Answer) -> None:
        self.all.append(answer)

    @property
    def accepted(self) -> dict[UUID, int]:
        """Jobs that somebody was promised, with the number of their wish."""
        return {answer.job_id: answer.number for answer in self.all if answer.promises and answer.job_id}
