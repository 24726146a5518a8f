"""What operators ask of workers, and the answers."""

from typing import Literal

from pydantic import BaseModel, Field

from pressroom_common.contracts import LogLevel
from pressroom_gateway.fields import Form

Order = Literal["drain", "restart", "log-level"]


class NewLogLevel(Form):
    level: LogLevel = Field(description="Log lines are written from here up, until the process ends.")


class Ordered(BaseModel):
    """The broker has the order. What became of it at a worker is seen in `GET /v1/admin/workers`."""

    order: Order
    service: str = Field(examples=["generator"])
    workers: tuple[str, ...] = Field(
        description="Who will obey; empty for gateways and monitors, which all do.", examples=[("generator-1",)]
    )
    detail: str = Field(description="What will happen.")
