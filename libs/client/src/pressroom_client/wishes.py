"""What can be asked of a text besides the text itself."""

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from .models import Priority

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
