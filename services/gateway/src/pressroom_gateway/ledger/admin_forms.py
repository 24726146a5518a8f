"""What administrators send to the ledger."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_common.contracts import JobStatus, Lane
from pressroom_gateway.fields import Form

from .forms import Ids, JobConditions

Tenant = Annotated[str, StringConstraints(max_length=63, pattern="^[a-z0-9-]+$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z.-]{1,60}$")]
ErrorCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]


class AdminJobQuery(JobConditions):
    ids: Ids | None = Field(None, description="Up to 1,000, separated by commas.")
    tenant: Tenant | None = Field(None, description="Slug or id.", examples=["acme"])
    error_code: ErrorCode | None = Field(None, description="Of the last error.", examples=["provider_failed"])


class LimitedJobFilter(Form):
    """All that is given must hold; at least one must be given."""

    tenant: Tenant | None = Field(None, description="Slug or id.", examples=["acme"])
    ids: list[UUID] | None = Field(None, min_length=1, max_length=1_000)
    statuses: list[JobStatus] | None = Field(None, min_length=1, description="Of those that the action fits.")
    kind: Kind | None = Field(None, examples=["generation.prompt"])
    lane: Lane | None = None
    error_code: ErrorCode | None = Field(None, description="Of the last error.", examples=["provider_failed"])
    created_from: AwareDatetime | None = None
    created_to: AwareDatetime | None = None

    @model_validator(mode="after")
    def not_everything(self) -> Self:
        if not any(value is not None for value in self.model_dump().values()):
            raise PydanticCustomError("empty_filter", "give at least one condition: an empty one means all jobs")
        return self


class Bulk(Form):
    filter: LimitedJobFilter
    preview: bool = Field(default=False, description="Only count what it would be.")


class NoEdits(Form):
    """Of a retry: an edited job is a new one, which only its tenant makes."""


class FlushFailed(Form):
    preview: bool = Field(default=False, description="Only count what it would be.")
