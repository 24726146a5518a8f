"""Features and their flags as clients and administrators see them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_gateway.fields import Form

from .records import Audience, Feature, Share

TenantName = Annotated[str, StringConstraints(max_length=63, pattern="^[a-z0-9-]+$")]
MOST_TENANTS = 1_000


class Features(BaseModel):
    features: dict[Feature, bool] = Field(
        description="What is available to the API key, if its rights allow it.", examples=[{"sync": True}]
    )


class Flag(BaseModel):
    """Whom a feature is available to, and who says so."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    feature: Feature
    audience: Audience = Field(
        description="`some`: whoever one of the following names. Super-admins belong to all but `nobody`."
    )
    percent: int = Field(description="A higher one only adds.")
    percent_of: Share = Field(description="What the percentage is taken of.")
    tenants: list[str] = Field(description="Slugs.", examples=[["acme"]])
    new_since: datetime | None = Field(description="API keys that were made at this time or later.")
    changed_by: str | None = Field(description="Null: nobody has, and the default holds.", examples=["key:owner"])
    changed_at: datetime | None


class FlagChange(Form):
    """The whole rule: what is left out does not count."""

    audience: Audience = Field(description="Super-admins belong to all but `nobody`; `some` needs one of these.")
    percent: int = Field(0, ge=0, le=100, description="Chosen by a hash, so that a higher one only adds.")
    percent_of: Share = Field("tenants", description="What the percentage is taken of.")
    tenants: list[TenantName] = Field(
        default=[], max_length=MOST_TENANTS, description="Slugs or ids.", examples=[["acme"]]
    )
    new_since: AwareDatetime | None = Field(None, description="API keys that were made at this time or later.")

    @model_validator(mode="after")
    def some_and_only_some_are_chosen(self) -> Self:
        if self.audience == "some" and not self.model_fields_set & {"percent", "tenants", "new_since"}:
            raise PydanticCustomError("nobody_chosen", "say whom: give `percent`, `tenants` or `new_since`")
        if self.audience != "some" and (self.percent or self.tenants or self.new_since):
            raise PydanticCustomError("chosen_in_vain", "leave out whom, or make the audience `some`")
        return self
