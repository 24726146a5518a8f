"""Settings of zuora-sync, from `ZUORA_SYNC_…` variables."""

import base64
import binascii
from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pressroom_common.settings import ServiceTokenSettings, WorkerSettings

from .retention.records import Kept
from .zuora.records import MOST_CONCURRENT, Limits

_KEY_BYTES = 32
_BEGINNING = 8
"""Calls at once before Zuora has answered any."""


class Settings(WorkerSettings, ServiceTokenSettings, BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ZUORA_SYNC_")

    slots_high: int = Field(5, ge=1, description="Syncs at a time from lane high.")
    slots_default: int = Field(10, ge=1, description="Syncs at a time from lane default.")
    slots_low: int = Field(10, ge=1, description="Syncs at a time from lane low, where those of batches are.")
    secret_keys: dict[str, SecretStr] = Field(
        description="The keys that secrets and exports are encrypted with: a JSON object of key id and 32 random bytes "
        "in base64. After a change of `ZUORA_SYNC_SECRET_KEY` the old one stays until `rotate-keys` has ended."
    )
    secret_key: str = Field(description="Id of the key that encrypts from now on.")
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Origins that an environment may have besides those of Zuora itself, e.g. "
        "`http://127.0.0.1:8090`: for development alone. JSON list.",
    )
    concurrency: int = Field(
        8,
        ge=1,
        le=MOST_CONCURRENT,
        description="Calls at once to one account at Zuora at most. It begins with 8 and adapts to what Zuora takes.",
    )
    deadline_seconds: float = Field(120.0, gt=0, description="Deadline of a call to Zuora, to its last byte.")
    tries: int = Field(4, ge=1, description="Of a call to Zuora that fails for the time being.")
    wait_limit_seconds: float = Field(
        60.0,
        gt=0,
        description="A call waits so long where Zuora asks for it. A sync waits longer: it is put off, for up to an "
        "hour.",
    )
    export_limit_bytes: int = Field(
        64 * 1024 * 1024, gt=0, description="A larger export, decompressed, fails as `export_too_large`."
    )
    full_seconds: float = Field(
        86_400.0, gt=0, description="When the last full sync is so old, the next one exports every workflow."
    )
    guard_percent: float = Field(
        20.0, ge=0, le=100, description="A sync that would delete more of an environment's workflows deletes none."
    )
    retention_seconds: float = Field(
        90 * 86_400.0,
        ge=0,
        description="A sync that ended so long ago is deleted (90 days), but the last one of each environment stays; "
        "0: never.",
    )
    version_retention_seconds: float = Field(
        365 * 86_400.0,
        ge=0,
        description="A version that was exported so long ago is deleted (365 days), but for the newest ones of each "
        "workflow; 0: never.",
    )
    versions_kept: int = Field(50, ge=1, description="The newest versions of a workflow, which stay however old.")
    retention_sweep_seconds: float = Field(
        600.0, gt=0, description="How often syncs and versions that are old enough are looked for."
    )

    @model_validator(mode="after")
    def _keys_are_keys(self) -> Self:
        self.keys()
        if self.secret_key not in self.secret_keys:
            raise ValueError("secret_key names none of secret_keys")
        return self

    def limits(self) -> Limits:
        """Of calls to Zuora."""
        return Limits(
            concurrency=min(_BEGINNING, self.concurrency),
            most=self.concurrency,
            deadline=self.deadline_seconds,
            tries=self.tries,
            longest_wait=self.wait_limit_seconds,
            most_bytes=self.export_limit_bytes,
            origins=frozenset(self.allowed_hosts),
        )

    def kept(self) -> Kept:
        """Of the history."""
        return Kept(
            sync_seconds=self.retention_seconds,
            version_seconds=self.version_retention_seconds,
            versions=self.versions_kept,
        )

    def keys(self) -> Mapping[str, bytes]:
        """By their ids. Raises ValueError, which never holds a key."""
        return {name: _key(name, encoded.get_secret_value()) for name, encoded in self.secret_keys.items()}


def _key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"secret_keys: {name!r} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(f"secret_keys: {name!r} has {len(key)} bytes instead of {_KEY_BYTES}")
    return key
