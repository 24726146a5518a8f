"""Settings of the monitor, from `MONITOR_…` variables."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from pressroom_common.settings import BrokerSettings, DatabaseSettings, ProcessSettings, ServiceTokenSettings


class Settings(DatabaseSettings, BrokerSettings, ProcessSettings, ServiceTokenSettings, BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MONITOR_")

    gateway_url: str = Field(
        description="Internal address of a gateway, e.g. `http://127.0.0.1:8101`: the ledger's log is pulled from it."
    )
    gateway_seconds: float = Field(10.0, gt=0, description="How long the gateway may take to answer a pull.")
    pull_seconds: float = Field(
        30.0, gt=0, description="How often the ledger's log is pulled: what was lost on its way is healed within it."
    )
    pull_limit: int = Field(5000, ge=1, description="Entries of the ledger's log that are pulled at a time.")
    prefetch: int = Field(
        200,
        ge=2,
        description="Messages taken from the queue before they are acked. Half of them is the largest batch of a fold: "
        "the other half arrives meanwhile.",
    )
    stale_seconds: float = Field(120.0, gt=0, description="A worker not heard of for so long counts as stale.")
    forget_seconds: float = Field(
        86_400.0, gt=0, description="A worker not heard of for so long, stale or stopped, is dropped from the list."
    )
    retention_seconds: float = Field(
        90 * 86_400.0,
        ge=0,
        description="History of jobs that ended so long ago is dropped (90 days), with the counts by minute; 0: never.",
    )
    retention_sweep_seconds: float = Field(
        60.0, gt=0, description="How often history that is old enough is looked for; it is dropped 500 rows at a time."
    )
    gauge_seconds: float = Field(5.0, gt=0, description="How often the gauges of jobs and workers are read anew.")
    drain_seconds: float = Field(
        10.0,
        gt=0,
        description="After SIGTERM: how long the batch in flight may take; the broker delivers it again else.",
    )
