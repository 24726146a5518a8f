"""What clients send for articles."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_common.contracts import JobStatus, Lane, Partial
from pressroom_gateway.content.contracts import AdditionalInstructions, Model
from pressroom_gateway.fields import Form, Line, Metadata, MustBe
from pressroom_gateway.pagination import PageQuery

_MOST = 20
_USUAL_FAQ = 5
Topic = Annotated[Line, StringConstraints(max_length=500)]
Keyword = Annotated[Line, StringConstraints(max_length=100)]
Wish = Annotated[Line, StringConstraints(max_length=200)]
Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35), Field(examples=["en", "ar"])
]
Number = Annotated[
    StrictBool | Annotated[int, Field(ge=0, le=_MOST)], MustBe(f"true, false or a whole number from 0 to {_MOST}")
]


class NewArticle(Form):
    topic: Topic = Field(examples=["Green tea for beginners"])
    language: Language = Field("en", description="BCP 47; texts come in it, from right to left where it is so.")
    keywords: list[Keyword] = Field([], max_length=20)
    sections: int = Field(5, ge=1, le=_MOST)
    images: Number = Field(
        default=False, description="One for each section, or how many: they go to the first sections."
    )
    faq: Number = Field(default=True, description=f"Questions with answers: {_USUAL_FAQ}, or how many.")
    tone: Wish | None = Field(None, examples=["friendly"])
    audience: Wish | None = Field(None, examples=["people who drink coffee"])
    model: Model | None = Field(None, description="Of the texts. Else the generator's default.")
    additional_instructions: AdditionalInstructions | None = None
    partial: Partial = Field(
        "forbid",
        description="`allow`: a section or an image that fails is tried again for a while and then left out; the "
        "article completes without it. `forbid`: it fails the attempt.",
    )
    priority: Lane = Field("default", description="The lane.")
    run_at: AwareDatetime | None = Field(None, description="Not before this time.")
    metadata: Metadata | None = Field(None, description="Your own notes: kept and given back, never interpreted.")

    @model_validator(mode="after")
    def an_image_has_its_section(self) -> Self:
        if self.image_count > self.sections:
            raise PydanticCustomError("images", "images: at most one for each section")
        return self

    @property
    def image_count(self) -> int:
        return self.images if not isinstance(self.images, bool) else self.sections * self.images

    @property
    def faq_count(self) -> int:
        return self.faq if not isinstance(self.faq, bool) else _USUAL_FAQ * self.faq


class ArticleQuery(PageQuery):
    status: JobStatus | None = None


Format = Literal["json", "markdown", "md", "html"]
"""`md` and `markdown` are the same, here as on the command line."""
