"""Pages as clients see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pressroom_gateway.fields import Form, Line, Metadata, Name, Text, WebAddress
from pressroom_gateway.pagination import PageQuery

Title = Annotated[Line, StringConstraints(max_length=300)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
"""A BCP 47 tag, loosely."""

_URL = "https://example.com/tea"


class Page(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    url: str = Field(examples=[_URL])
    keyword: str = Field(examples=["green tea"])
    language: str = Field(examples=["en"])
    title: str | None = Field(examples=["All about tea"])
    metadata: Metadata
    created_by: str = Field(examples=["key:website"])
    created_at: datetime
    updated_at: datetime


class NewPage(Form):
    url: WebAddress = Field(examples=[_URL])
    keyword: Name = Field(examples=["green tea"])
    language: Language = Field(examples=["en"])
    title: Title | None = Field(None, examples=["All about tea"])
    metadata: Metadata = Field(default_factory=dict, max_length=50, description="Your own notes, never interpreted.")


class PageChange(Form):
    """Only what is named changes; `title: null` removes the title, `metadata` is replaced as a whole."""

    url: WebAddress = Field(default_factory=str)  # a factory keeps the default out of the documentation
    keyword: Name = Field(default_factory=str)
    language: Language = Field(default_factory=str)
    title: Title | None = None
    metadata: Metadata = Field(default_factory=dict, max_length=50)


class PagesQuery(PageQuery):
    language: Language | None = None
    text: Text | None = Field(None, max_length=200, description="Part of the address, keyword or title.")
