"""Where zuora-sync is, from the environment."""

from pydantic import BaseModel, Field


class ZuoraSettings(BaseModel):
    zuora_sync_url: str = Field(
        "",
        description="Internal address of zuora-sync, e.g. `http://127.0.0.1:8103`; empty: this installation has none.",
    )
    zuora_sync_seconds: float = Field(10.0, gt=0, description="How long zuora-sync may take to answer.")
    zuora_sync_test_seconds: float = Field(
        90.0, gt=0, description="The same, where it asks Zuora before it answers: a test of an environment."
    )
