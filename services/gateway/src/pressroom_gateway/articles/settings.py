"""Settings of articles and their files, from the environment."""

from pydantic import Field

from pressroom_common.settings import StorageSettings


class ArticleSettings(StorageSettings):
    s3_public_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+)?$",
        description="Where clients find the S3-compatible storage, if not at `GATEWAY_S3_ENDPOINT`.",
    )
    file_link_seconds: float = Field(
        3600.0, gt=0, description="How long the address of an image works, from the answer that it stands in."
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+)?$",
        description="Where clients find the gateway, for addresses of images: `https://api.example.com`. Empty: they "
        "are relative.",
    )
