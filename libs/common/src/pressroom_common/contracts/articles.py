"""What `generation.article` takes and gives."""

from typing import Literal

from msgspec import Raw, Struct

from .envelope import NOTHING
from .events import JobError

Partial = Literal[
    "allow",  # a section or an image that fails is left out, and says why
    "forbid",  # it fails the article
]
Direction = Literal["ltr", "rtl"]


class ArticleInput(Struct, frozen=True, kw_only=True, omit_defaults=True):
    topic: str
    language: str = "en"
    """BCP 47."""
    keywords: tuple[str, ...] = ()
    sections: int = 5
    images: int = 0
    """For the first so many sections."""
    faq: int = 0
    """Questions."""
    tone: str = ""
    audience: str = ""
    instructions: str = ""
    model: str = ""
    """Of the texts; empty: the generator's default."""
    partial: Partial = "forbid"


class ArticleImage(Struct, frozen=True, kw_only=True):
    key: str
    """In the storage that generator and gateway share."""
    content_type: str
    alt: str


class ArticleSection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where text or image is missing, `error` tells why."""

    heading: str
    text: str = ""
    """Markdown, as the model wrote it."""
    image: ArticleImage | None = None
    error: JobError | None = None


class ArticleMeta(Struct, frozen=True, kw_only=True):
    """Of the page that shows the article."""

    title: str
    description: str
    slug: str
    keywords: tuple[str, ...]


class ArticleQuestion(Struct, frozen=True, kw_only=True):
    question: str
    answer: str


class ArticleResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    topic: str
    title: str
    language: str
    direction: Direction
    sections: tuple[ArticleSection, ...]
    summary: str
    meta: ArticleMeta
    faq: tuple[ArticleQuestion, ...] = ()
    json_ld: Raw = NOTHING
    """schema.org's FAQPage, where questions were asked for."""
