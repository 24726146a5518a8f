"""Parked messages as super-admins see them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pressroom_gateway.fields import Text
from pressroom_gateway.pagination import PageQuery

from .message import ParkedStatus, Reason


class Parked(BaseModel):
    """Without its body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    status: ParkedStatus
    parked_at: datetime
    reason: Reason = Field(
        description="`rejected`: undecodable, or refused by a handler; `delivery_limit`: delivered too often; "
        "`expired`; `unknown`: put there by hand."
    )
    queue: str = Field(description="Where it was.", examples=["generator.default"])
    exchange: str = Field(description="What it was published to.", examples=["pressroom.commands"])
    routing_key: str = Field(examples=["generator.default"])
    type: str = Field(description="Of the message; empty where nobody can read it.", examples=["job.run.v1"])
    job_id: UUID | None
    tenant_id: UUID | None
    size: int = Field(description="Bytes of the body.")
    cut: bool = Field(description="The body was too large to be kept whole: it cannot be replayed.")
    settled_by: str | None = Field(description="Who replayed or dropped it.", examples=["key:operations"])
    settled_at: datetime | None


class ParkedDetail(Parked):
    headers: dict[str, Any]
    body: str
    encoding: Literal["utf-8", "base64"] = Field(description="How `body` is written.")


class ParkedQuery(PageQuery):
    status: ParkedStatus | None = None
    queue: Text | None = Field(None, max_length=255, description="Where it was.")
