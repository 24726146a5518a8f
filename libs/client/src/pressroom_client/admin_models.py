"""What the gateway answers about accounts and operations."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from .models import Answer, Job, JobDetail, Priority

Place = Literal["lane", "kind", "tenant"]
"""What can be paused as a whole."""
LogLevel = Literal["debug", "info", "warning", "error"]
Role = Literal["viewer", "editor", "tenant-admin", "super-admin"]
Audience = Literal["nobody", "super-admins", "some", "all"]
"""Super-admins belong to all but `nobody`."""
Share = Literal["tenants", "created_by"]
"""What a percentage is taken of."""


class Tenant(Answer):
    id: UUID
    slug: str
    name: str
    max_jobs: int | None = None
    created_at: datetime


class ApiKey(Answer):
    id: UUID
    tenant_id: UUID
    name: str
    prefix: str
    role: str
    scopes: tuple[str, ...] | None = None
    """None: everything that the role may do."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    created_by: str
    created_at: datetime


class CreatedKey(ApiKey):
    key: SecretStr
    """Told this once: `key.get_secret_value()`."""


class Me(Answer):
    """Whom the API key belongs to, and what it may do."""

    tenant: Tenant
    key: ApiKey
    role: str
    scopes: tuple[str, ...]


class Features(Answer):
    features: dict[str, bool]
    """What is available to the key; its rights count besides."""


class Flag(Answer):
    """Whom a feature is available to."""

    feature: str
    audience: str
    percent: int = 0
    percent_of: str = "tenants"
    tenants: tuple[str, ...] = ()
    """Slugs."""
    new_since: datetime | None = None
    """Keys that were made at this time or later."""
    changed_by: str | None = None
    """None: nobody has, and the default holds."""
    changed_at: datetime | None = None


class WorkerCounts(Answer):
    alive: int = 0
    draining: int = 0
    stale: int = 0
    stopped: int = 0


class FinishedJobs(Answer):
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    failure_rate: float | None = None
    """From 0 to 1; None while nothing ended."""


class JobCounts(Answer):
    total: int = 0
    by_status: dict[str, int] = Field(default_factory=dict)
    last_hour: FinishedJobs = FinishedJobs()
    last_day: FinishedJobs = FinishedJobs()


class KindDuration(Answer):
    kind: str
    completed: int
    p50_seconds: float
    p95_seconds: float


class ModeUse(FinishedJobs):
    """Of an execution mode."""

    execution_mode: str
    p50_seconds: float | None = None


class TokenCounts(Answer):
    input: int = 0
    output: int = 0
    total: int = 0


class Measures(Answer):
    durations: tuple[KindDuration, ...] = ()
    modes: tuple[ModeUse, ...] = ()
    tokens_last_day: TokenCounts = TokenCounts()
    throughput_per_minute: float = 0.0


class Stats(Answer):
    workers: WorkerCounts
    jobs: JobCounts
    metrics: Measures


class Worker(Answer):
    """A worker process, as it last told of itself."""

    name: str
    service: str
    state: str
    version: str = ""
    host: str = ""
    pid: int = 0
    started_at: datetime
    last_heartbeat_at: datetime
    slots: dict[str, int] = Field(default_factory=dict)
    holds: int = 0
    done: int = 0
    rss_bytes: int = 0
    log_level: str = ""


class Workers(Answer):
    items: tuple[Worker, ...]


class Ordered(Answer):
    """Workers were told; what became of it is seen in the list of workers."""

    order: str
    service: str
    workers: tuple[str, ...]
    detail: str


class Lane(Answer):
    service: str
    lane: str
    window: int
    tenant_cap: int
    out: int
    waiting: int
    slots: int
    workers: int
    paused_by: str | None = None
    paused_at: datetime | None = None


class Pause(Answer):
    scope: str
    name: str
    held_by: str
    held_at: datetime


class AdminJob(Job):
    tenant_id: UUID


class AdminJobDetail(JobDetail):
    tenant_id: UUID


class JobFilter(Answer):
    """All that is given must hold; at least one must be given."""

    tenant: str | None = None
    """Slug or id."""
    ids: tuple[UUID, ...] | None = None
    statuses: tuple[str, ...] | None = None
    kind: str | None = None
    lane: Priority | None = None
    error_code: str | None = None
    """Of the last error."""
    created_from: datetime | None = None
    created_to: datetime | None = None


class BulkDone(Answer):
    matched: int
    """Jobs that the action fits."""
    done: int
    """At most 10,000 a request; 0 in a preview."""
    preview: bool


class Parked(Answer):
    """A message that no service could handle, without its body."""

    id: UUID
    status: str
    parked_at: datetime
    reason: str
    queue: str
    exchange: str = ""
    routing_key: str = ""
    type: str = ""
    job_id: UUID | None = None
    tenant_id: UUID | None = None
    size: int = 0
    cut: bool = False
    settled_by: str | None = None
    settled_at: datetime | None = None


class ParkedDetail(Parked):
    headers: dict[str, Any] = Field(default_factory=dict)
    body: str = ""
    encoding: str = "utf-8"


class AuditEntry(Answer):
    """Who did what, when, from where, and how it was answered."""

    id: UUID
    at: datetime
    key_id: UUID
    tenant_id: UUID
    created_by: str
    action: str
    path_params: dict[str, str] = Field(default_factory=dict)
    query: dict[str, str] = Field(default_factory=dict)
    fields: tuple[str, ...] = ()
    details: dict[str, Any] = Field(default_factory=dict)
    request_id: str = ""
    address: str = ""
    user_agent: str = ""
    status: int
