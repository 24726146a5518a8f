"""What the gateway answers about articles. Fields that it adds later are kept."""

from typing import Any

from .models import Answer, JobError, Work


class ArticleImage(Answer):
    url: str
    """Works for a while, without a key: `articles.image` reads it, and getting the article again gives a new one."""
    content_type: str
    alt: str = ""


class ArticleSection(Answer):
    heading: str
    text: str | None = None
    """Markdown, as the model wrote it. None: it failed, and was left out."""
    image: ArticleImage | None = None
    error: JobError | None = None
    """Why its text or its image is missing."""


class ArticleMeta(Answer):
    """Of the page that shows the article."""

    title: str
    description: str
    slug: str
    keywords: tuple[str, ...] = ()


class ArticleQuestion(Answer):
    question: str
    answer: str


class ArticleItem(Work):
    """An article in a list."""

    topic: str | None = None
    language: str | None = None
    """BCP 47."""
    title: str | None = None
    """None until it was completed for the first time."""


class Article(ArticleItem):
    """What it consists of is None, or empty, until it was completed. While it is done once more, it is what it was."""

    direction: str | None = None
    """Of its language: `ltr` or `rtl`."""
    sections: tuple[ArticleSection, ...] = ()
    summary: str | None = None
    meta: ArticleMeta | None = None
    faq: tuple[ArticleQuestion, ...] = ()
    json_ld: dict[str, Any] | None = None
    """schema.org's FAQPage, for the page that shows the article."""
