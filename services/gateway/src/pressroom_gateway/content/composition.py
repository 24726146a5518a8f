"""The final text of a prompt: the template's text, then the page, then additional instructions, in a fixed form."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from .templates import Value


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a request wants its text made of: a stored prompt, or a text of its own."""

    prompt_id: UUID | None = None
    prompt_text: str | None = None
    """Taken as it is, unless `variables` are given: then it is a template too."""
    version: int | None = None
    label: str | None = None
    """Without version and label: `production`."""
    prefix: str = ""
    """Of these two, as the request calls them: `prompt_` in a generation."""
    variables: Mapping[str, Value] | None = None
    page_id: UUID | None = None
    additional_instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    text: str
    prompt_id: UUID | None
    prompt_version: int | None
    model: str | None
    """The prompt version's default."""


@dataclass(frozen=True, slots=True)
class PageContext:
    url: str
    title: str | None
    keyword: str
    language: str


def join(text: str, page: PageContext | None, additional_instructions: str | None) -> str:
    """Nothing is substituted in what is appended."""
    parts = [text]
    if page is not None:
        parts.append(_page(page))
    if additional_instructions:
        parts.append(f"Additional instructions:\n{additional_instructions}")
    return "\n\n".join(parts)


def _page(page: PageContext) -> str:
    lines = ["Page:", f"URL: {page.url}"]
    if page.title is not None:
        lines.append(f"Title: {page.title}")
    return "\n".join([*lines, f"Keyword: {page.keyword}", f"Language: {page.language}"])
