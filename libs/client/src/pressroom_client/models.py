"""What the gateway answers about work. Fields that it adds later are kept; statuses and codes are open texts."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Item = TypeVar("Item")
Priority = Literal["high", "default", "low"]
OVER = frozenset({"completed", "failed", "cancelled"})
"""The statuses after which a job does not change by itself."""


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())


class Listing(Answer, Generic[Item]):
    """A page of a list."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


class Readiness(Answer):
    """Whether the gateway can work, and what it misses."""

    status: str
    failed: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return self.status == "ready"


class Accepted(Answer):
    """The work stands in the ledger and goes on by itself."""

    id: UUID
    status: str


class HandedOver(Accepted):
    """Nobody waits for the text any more; the same job goes on."""

    detail: str = ""


class JobError(Answer):
    code: str
    detail: str
    retryable: bool = False


class Usage(Answer):
    """Of all attempts."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    calls: int = 0
    estimated: bool = False
    possible_double_charge: bool = False


class Work(Answer):
    """What a generation, an article and their jobs have in common."""

    id: UUID
    status: str
    priority: str
    created_by: str = ""
    metadata: dict[str, Any] | None = None
    usage: Usage | None = None
    error: JobError | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status in OVER


class Generation(Work):
    execution_mode: str = "async"
    content: str | None = None
    """The text; None until the job is completed."""
    model: str | None = None
    prompt_id: UUID | None = None
    prompt_version: int | None = None
    generation_time_ms: int | None = None


class Job(Work):
    kind: str
    execution_mode: str = "async"
    attempt: int = 1
    run_at: datetime | None = None
    paused_by: str | None = None
    paused_at: datetime | None = None
    origin_id: UUID | None = None
    batch_id: UUID | None = None
    name: str | None = None
    """By which others of its batch depend on it."""


class Attempt(Answer):
    attempt: int
    status: str
    worker: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: JobError | None = None


class TimelineEntry(Answer):
    at: datetime
    status: str
    attempt: int
    worker: str | None = None
    error: JobError | None = None


class JobDetail(Job):
    result: Any = None
    attempts: tuple[Attempt, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()


class JobStatus(Answer):
    id: UUID
    status: str

    @property
    def over(self) -> bool:
        return self.status in OVER


class JobPart(Answer):
    """One of several alike that a job makes, as it stands now."""

    name: str
    """`section.3`."""
    title: str = ""
    state: str = "waiting"
    """`waiting`, `running`, `completed` or `failed`."""
    text: str = ""
    """Once it is completed."""


class JobProgress(Answer):
    """How far a job is, at one moment. What is not known is None."""

    job_id: UUID
    status: str
    step: str | None = None
    """`preparing`, `calling_model`, `saving`, or one of the kind's own: `section`."""
    progress: float | None = None
    """In percent."""
    message_code: str = ""
    message: str = ""
    """The code in English."""
    completed: int | None = None
    total: int | None = None
    counts: dict[str, tuple[int, int]] = Field(default_factory=dict)
    """Done, and in all, of each sort of parts."""
    parts: tuple[JobPart, ...] = ()
    """What is there so far, in its order."""
    tokens: int | None = None
    elapsed_ms: int | None = None
    eta_ms: int | None = None
    """Until the end, as an estimate."""
    is_completed: bool = False
    is_failed: bool = False
    updated_at: datetime | None = None
    _etag: str | None = PrivateAttr(None)

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def etag(self) -> str | None:
        """By which the gateway knows what the client knows."""
        return self._etag

    def tagged(self, etag: str | None) -> "JobProgress":
        copy = self.model_copy()
        copy._etag = etag  # noqa: SLF001 - its own
        return copy


class JobSummary(Answer):
    """Of a list of jobs; ids that do not exist are left out."""

    total: int = 0
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    jobs: tuple[JobStatus, ...] = ()

    @property
    def over(self) -> int:
        """How many are."""
        return sum(job.over for job in self.jobs)


class WhyReason(Answer):
    code: str
    detail: str
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Why(Answer):
    """Everything that a job waits for."""

    id: UUID
    status: str
    reasons: tuple[WhyReason, ...] = ()
    position: int | None = None
    estimated_start_at: datetime | None = None


class Prompt(Answer):
    id: UUID
    name: str
    type: str
    active: bool
    system_wide: bool
    latest_version: int
    labels: dict[str, int]
    created_by: str
    created_at: datetime
    updated_at: datetime


class PromptVersion(Answer):
    """Never changes: a correction is another version."""

    number: int
    template: str
    model: str | None = None
    variables: tuple[str, ...] = ()
    created_by: str
    created_at: datetime


class Rendered(Answer):
    """Exactly what a generation would send."""

    text: str
    prompt_version: int
    model: str | None = None


class Page(Answer):
    id: UUID
    url: str
    keyword: str
    language: str
    title: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    created_by: str
    created_at: datetime
    updated_at: datetime
