"""Settings of articles and their files, from the environment."""

from pydantic import BaseModel, Field


class ArticleSettings(BaseModel):
    storage_dir: str = Field(
        "", description="Folder that the generators store images in, to serve them from. Empty: articles have none."
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
