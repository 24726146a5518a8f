"""Parking's numbers, from the environment."""

from pydantic import BaseModel, Field


class ParkingSettings(BaseModel):
    parked_keep_seconds: float = Field(
        2_592_000.0, gt=0, description="How long a parked message is kept, settled or not: 30 days."
    )
    parked_prefetch: int = Field(20, ge=1, description="Parked messages that a gateway takes ahead.")
