"""Settings of the gateway, from `GATEWAY_…` variables. Each command asks only for what it needs."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pressroom_common.settings import BrokerSettings, DatabaseSettings, ProcessSettings, ServiceTokenSettings

from .articles.settings import ArticleSettings
from .batches.settings import BatchSettings
from .features.settings import FeatureSettings
from .ledger.settings import LedgerSettings
from .live.settings import LiveSettings
from .parking.settings import ParkingSettings
from .retention.settings import RetentionSettings
from .schedules.settings import ScheduleSettings
from .zuora.settings import ZuoraSettings


class MigrationSettings(DatabaseSettings, BaseSettings):
    """Of `migrate`: the role that the service will use."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")


class KeySettings(MigrationSettings):
    """Of `keys create`."""

    key_pepper: SecretStr = Field(
        min_length=32,
        description="Keys the hash under which API keys are stored; the same in every replica. "
        "Changing it makes every key invalid.",
    )


class Settings(
    KeySettings,
    BrokerSettings,
    ProcessSettings,
    ServiceTokenSettings,
    ArticleSettings,
    BatchSettings,
    FeatureSettings,
    LedgerSettings,
    LiveSettings,
    ParkingSettings,
    RetentionSettings,
    ScheduleSettings,
    ZuoraSettings,
):
    port: int = Field(8000, ge=0, le=65535, description="Port of the public API; 0: any free.")
    monitor_url: str = Field(
        description="Internal address of the monitor, e.g. `http://127.0.0.1:8102`: it knows history and statistics."
    )
    monitor_seconds: float = Field(3.0, gt=0, description="How long the monitor may take to answer.")
    key_cache_seconds: float = Field(
        3.0,
        ge=0,
        le=4,
        description="How long a replica trusts what it knows of an API key. A revocation works within it.",
    )
    key_cache_size: int = Field(10_000, ge=1, description="API keys that a replica remembers at most.")
    key_touch_seconds: float = Field(
        60.0, gt=0, description="How often the last use of API keys is written, all keys in one statement."
    )
    rate_limit_per_second: float = Field(
        50.0, ge=0, description="Requests a second that an API key may send to each process, lastingly; 0: no limit."
    )
    rate_limit_burst: int = Field(200, ge=1, description="Requests that it may send at once, after a pause.")
    failed_key_per_second: float = Field(
        10.0,
        ge=0,
        description="Requests a second without a valid API key that an address may send to each process; 0: no limit.",
    )
    failed_key_burst: int = Field(50, ge=1, description="Such requests that it may send at once, after a pause.")
    max_body_bytes: int = Field(1_000_000, ge=1, description="A larger request body is refused with 413.")
    shutdown_seconds: float = Field(
        10.0, ge=0, description="After SIGTERM: how long running requests may take before they are cut."
    )
