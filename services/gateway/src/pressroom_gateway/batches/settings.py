"""Limits of bulk requests, from the environment."""

from pydantic import BaseModel, Field


class BatchSettings(BaseModel):
    bulk_items: int = Field(1_000, ge=1, le=1_000, description="Items of a bulk request.")
    bulk_body_bytes: int = Field(
        10_000_000,
        ge=1,
        description="A larger body of a bulk request is refused with 413; also what its texts come to with their "
        "prompts and variables.",
    )
