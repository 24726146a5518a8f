"""Numbers of what is watched, from the environment."""

from pydantic import BaseModel, Field

from .sync import SyncLimits


class LiveSettings(BaseModel):
    sync_seconds: float = Field(
        60.0, gt=0, le=600, description="How long a request in sync mode waits before its job is handed over."
    )
    sync_requests_per_tenant: int = Field(
        5, ge=0, description="Requests of a tenant that may wait at a gateway process; beyond them they are async."
    )
    sync_requests: int = Field(500, ge=0, description="The same, of all tenants.")

    live_streams_per_tenant: int = Field(
        1_000, ge=1, description="Streams that follow jobs of a tenant at a gateway process; beyond them it is 429."
    )
    live_streams: int = Field(2_000, ge=1, description="The same, of all tenants.")
    live_polled_jobs: int = Field(
        10_000, ge=1, description="Watched and polled jobs that a gateway process keeps in memory; the rest it reads."
    )
    follow_seconds: float = Field(
        3.0, gt=0, description="How often a gateway process tells workers which jobs are watched here."
    )
    follow_lease_seconds: float = Field(10.0, gt=0, description="How long that holds.")

    def sync_limits(self) -> SyncLimits:
        return SyncLimits(self.sync_seconds, self.sync_requests_per_tenant, self.sync_requests)
