"""Mixins of settings. Each service has its own prefix; `docs/configuration.md` is generated from the fields."""

import os
import socket
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from .contracts import Lane


class DatabaseSettings(BaseModel):
    database_url: SecretStr = Field(
        description="The service's own role and database: `postgresql://role:password@host/db`."
    )
    database_pool: int = Field(10, ge=2, description="Connections a process keeps at most.")


class BrokerSettings(BaseModel):
    amqp_url: SecretStr = Field(description="`amqp://user:password@host/vhost`.")
    confirm_seconds: float = Field(5.0, gt=0, description="How long a publish waits for the broker's confirmation.")


class ProcessSettings(BaseModel):
    name: str = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}",
        description="The process's name, unique among the living. A supervised slot keeps its name over restarts. "
        "Without it: host and process id.",
    )
    host: str = Field("127.0.0.1", description="Address that HTTP listens on.")
    internal_port: int = Field(
        0, description="Port of `/healthz`, `/readyz`, `/metrics` and internal reads; 0: any free."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    otlp_endpoint: str = Field(
        "", description="OpenTelemetry collector (OTLP over HTTP), e.g. `http://collector:4318`. Empty: off."
    )


class ServiceTokenSettings(BaseModel):
    service_token_secret: SecretStr = Field(
        min_length=32, description="Signs the short-lived tokens between the services; the same in all that ask for it."
    )


class StorageSettings(BaseModel):
    """Where files are: in a folder or in a bucket; the same for who writes and who reads them."""

    storage_dir: str = Field(
        "", description="Folder of images: generators store them, gateways serve them. Empty, and no bucket: no images."
    )
    s3_bucket: str = Field(
        "", pattern=r"^[a-z0-9.-]*$", description="Bucket of images, instead of the folder, which is empty then."
    )
    s3_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+)?$",
        description="Address of the S3-compatible storage: `https://s3.example.com`. Empty: Amazon's, by the region.",
    )
    s3_region: str = Field("us-east-1", min_length=1, description="Region of the bucket.")
    s3_access_key_id: SecretStr = Field(SecretStr(""), description="Name of the key to the bucket.")
    s3_secret_access_key: SecretStr = Field(SecretStr(""), description="The key itself.")
    s3_path_style: bool = Field(
        default=True,
        description="Whether the bucket stands in the path; else in the host: `https://images.s3.example.com`.",
    )
    s3_prefix: str = Field(
        "",
        pattern=r"^([\w.-]+(/[\w.-]+)*)?$",
        description="What the names of all objects begin with, for a bucket that others use, too: `pressroom/images`.",
    )
    s3_seconds: float = Field(30.0, gt=0, description="How long the storage may take, with two repetitions.")

    @model_validator(mode="after")
    def files_have_one_place(self) -> Self:
        """Raises ValidationError, naming what is missing or too much."""
        given = {
            "s3_bucket": self.s3_bucket,
            "s3_access_key_id": self.s3_access_key_id.get_secret_value(),
            "s3_secret_access_key": self.s3_secret_access_key.get_secret_value(),
        }
        missing = [name.upper() for name, value in given.items() if not value]
        if missing and (len(missing) < len(given) or self.s3_endpoint):
            lacking = {"missing": ", ".join(missing)}
            raise PydanticCustomError("storage", "half of S3 is set: set {missing} too", lacking)
        if self.storage_dir and not missing:
            raise PydanticCustomError("storage", "files have one place: set either STORAGE_DIR or S3_BUCKET")
        return self


class WorkerSettings(DatabaseSettings, BrokerSettings, ProcessSettings):
    """Of every service that takes commands."""

    slots_high: int = Field(20, ge=1, description="Runs at a time from lane high.")
    slots_default: int = Field(50, ge=1, description="Runs at a time from lane default.")
    slots_low: int = Field(10, ge=1, description="Runs at a time from lane low.")
    lease_seconds: float = Field(15.0, gt=0, description="How long a claim holds without renewal.")
    renew_seconds: float = Field(5.0, gt=0, description="How often the process renews its claims, in one statement.")
    sweep_seconds: float = Field(5.0, gt=0, description="How often expired leases are looked for.")
    heartbeat_seconds: float = Field(10.0, gt=0, description="How often the process tells that it lives.")
    claim_cap: int = Field(5, ge=1, description="Claims of one attempt after which the job fails as `worker_lost`.")
    drain_seconds: float = Field(
        30.0,
        ge=0,
        description="When it is drained or stopped: how long running jobs may finish before they are handed back.",
    )
    memory_limit_mb: int = Field(
        1024,
        ge=0,
        description="Resident memory (MiB) past which the process drains and exits 0, so that its supervisor starts it "
        "afresh. Looked at with each heartbeat; 0: never.",
    )

    def slots(self) -> dict[Lane, int]:
        """How many runs at a time, by lane."""
        return {"high": self.slots_high, "default": self.slots_default, "low": self.slots_low}
