"""Prompts as clients see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from pressroom_gateway.content.contracts import (
    AdditionalInstructions,
    Label,
    Model,
    PromptText,
    Variables,
    VersionNumber,
)
from pressroom_gateway.content.templates import names
from pressroom_gateway.fields import Form, Line, Name, Text
from pressroom_gateway.pagination import PageQuery

_TEMPLATE = "Write a short article about {{topic}} for {{audience}}."
PromptType = Annotated[Line, StringConstraints(max_length=50)]


class Prompt(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    name: str = Field(examples=["Short article"])
    type: str = Field(examples=["article"])
    active: bool = Field(description="Generations refuse an inactive prompt.")
    system_wide: bool = Field(description="Readable by all tenants, written by super-admins.")
    latest_version: int = Field(examples=[3])
    labels: dict[str, int] = Field(description="Labels and the versions they point at.", examples=[{"production": 2}])
    created_by: str = Field(examples=["key:website"])
    created_at: datetime
    updated_at: datetime


class PromptVersion(BaseModel):
    """Never changes: a correction is another version."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    number: int = Field(examples=[1])
    template: str = Field(examples=[_TEMPLATE])
    model: str | None = Field(description="Default of generations with this version.", examples=["gpt-4o-mini"])
    created_by: str = Field(examples=["key:website"])
    created_at: datetime

    @computed_field(description="What the template needs.", examples=[["topic", "audience"]])  # type: ignore[prop-decorator]
    @property
    def variables(self) -> list[str]:
        return names(self.template)


class NewVersion(Form):
    template: PromptText = Field(
        description="`{{name}}` is replaced by a variable's value, once.", examples=[_TEMPLATE]
    )
    model: Model | None = Field(None, description="Default of generations with it.", examples=["gpt-4o-mini"])


class NewPrompt(NewVersion):
    """Its template becomes version 1, labelled `production`."""

    name: Name = Field(examples=["Short article"])
    type: PromptType = Field("article", examples=["article"])
    active: bool = True
    system_wide: bool = Field(default=False, description="For super-admins.")


class PromptChange(Form):
    """Only what is named changes. Templates do not: add a version."""

    name: Name = Field(default_factory=str)  # a factory keeps the default out of the documentation
    type: PromptType = Field(default_factory=str)
    active: bool = Field(default_factory=bool)


class LabelTarget(Form):
    version: VersionNumber


class PromptQuery(PageQuery):
    type: PromptType | None = None
    active: bool | None = None
    system_wide: bool | None = None
    text: Text | None = Field(None, max_length=200, description="Part of the name.")


class RenderWish(Form):
    variables: Variables = Field(default_factory=dict, examples=[{"topic": "tea", "audience": "beginners"}])
    page_id: UUID | None = None
    additional_instructions: AdditionalInstructions | None = None
    version: VersionNumber | None = None
    label: Label | None = Field(None, description="Without version and label: `production`.")


class Rendered(BaseModel):
    """Exactly what a generation would send."""

    text: str
    prompt_version: int
    model: str | None
