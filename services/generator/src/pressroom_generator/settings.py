"""Settings of the generator, from the environment."""

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pressroom_common.settings import WorkerSettings


class Settings(WorkerSettings, BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GENERATOR_", populate_by_name=True)

    openai_api_key: SecretStr = Field(
        validation_alias=AliasChoices("GENERATOR_OPENAI_API_KEY", "OPENAI_API_KEY"), description="Key of the provider."
    )
    openai_base_url: str = Field(
        "https://api.openai.com/v1",
        validation_alias=AliasChoices("GENERATOR_OPENAI_BASE_URL", "OPENAI_BASE_URL"),
        description="Address of an OpenAI-compatible API, with its version path.",
    )
    default_model: str = Field("gpt-5.4-mini", description="Model of requests that name none.")
    deadline_seconds: float = Field(
        300.0,
        gt=0,
        description="Deadline of a call, to its last byte. Keep it under the broker's consumer timeout (30 min).",
    )
    content_limit_bytes: int = Field(100_000, gt=0, description="Longer contents fail as `content_too_large`.")
    snooze_limit_seconds: float = Field(
        3600.0, gt=0, description="A longer Retry-After of the provider is cut to this."
    )
