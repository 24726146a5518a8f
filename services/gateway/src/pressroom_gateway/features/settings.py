"""How soon a process knows of changes, from the environment."""

from pydantic import BaseModel, Field


class FeatureSettings(BaseModel):
    feature_refresh_seconds: float = Field(
        3.0,
        gt=0,
        le=4,
        description="How often a replica reads who has which feature. A change works within it, and at once where it "
        "was made.",
    )
