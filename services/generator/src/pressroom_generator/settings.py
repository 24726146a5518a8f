"""Settings of the generator, from the environment."""

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pressroom_common.settings import StorageSettings, WorkerSettings


class Settings(WorkerSettings, StorageSettings, BaseSettings):
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
    image_model: str = Field("gpt-image-1-mini", description="Model of an article's images.")
    image_size: str = Field(
        "1536x1024", pattern=r"^\d{2,4}x\d{2,4}$", description="Width and height of an article's images, in pixels."
    )
    image_limit_bytes: int = Field(10_000_000, gt=0, description="Larger images fail as `content_too_large`.")
    storage_wait_seconds: float = Field(
        900.0,
        gt=0,
        description="How long a picture waits for a storage that is away, before it fails as `storage_unavailable`. "
        "Keep it under the broker's consumer timeout (30 min).",
    )
    article_parallel: int = Field(4, ge=1, le=50, description="Sections or images of an article made at a time.")
    article_part_waits: tuple[float, ...] = Field(
        (1.0, 5.0),
        description="Of an article with `partial: allow`: seconds before a section or an image is tried a second, "
        "third time within the attempt; then it fails. JSON list.",
    )
