"""How long finished jobs are kept, from the environment."""

from pydantic import BaseModel, Field


class RetentionSettings(BaseModel):
    retention_seconds: float = Field(
        30 * 86_400.0,
        ge=0,
        description="A job that ended so long ago is deleted (30 days), but none within 25 hours of its last command; "
        "0: never.",
    )
    retention_sweep_seconds: float = Field(
        60.0, gt=0, description="How often jobs that are old enough are looked for; they are deleted 500 at a time."
    )
    audit_retention_seconds: float = Field(
        365 * 86_400.0,
        ge=0,
        description="Records of administrative calls are deleted after this (365 days); 0: never.",
    )
