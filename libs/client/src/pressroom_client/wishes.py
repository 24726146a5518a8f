"""What can be asked of a text, or an article, besides what it is about."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict
from uuid import UUID

from .models import Priority

Partial = Literal["allow", "forbid"]
Variables = Mapping[str, str | int | float | bool]


class TextWish(TypedDict, total=False):
    """Fields of `POST /v1/generations`; what is None is not sent."""

    prompt_id: UUID | str | None
    """A stored prompt instead of a text; its label `production`, unless a version or a label is named."""
    prompt_version: int | None
    prompt_label: str | None
    variables: Variables | None
    page_id: UUID | str | None
    additional_instructions: str | None
    model: str | None
    priority: Priority | None
    metadata: Mapping[str, Any] | None
    response_schema: Mapping[str, Any] | None
    """The content is JSON that satisfies it."""


class ArticleWish(TypedDict, total=False):
    """Fields of `POST /v1/articles`; what is None is not sent."""

    language: str | None
    """BCP 47; English unless told."""
    keywords: Sequence[str] | None
    sections: int | None
    images: int | bool | None
    """For the first so many sections, or for each of them."""
    faq: int | bool | None
    """How many questions with answers."""
    tone: str | None
    audience: str | None
    model: str | None
    additional_instructions: str | None
    partial: Partial | None
    """`allow`: a section or an image that fails is left out, and says why."""
    priority: Priority | None
    metadata: Mapping[str, Any] | None
