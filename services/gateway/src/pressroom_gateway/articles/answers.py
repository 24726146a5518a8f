"""What clients see of articles."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from pressroom_common.contracts import ArticleImage, ArticleResult, ArticleSection, Direction, JobStatus, Lane
from pressroom_gateway.ledger.answers import ErrorAnswer, UsageAnswer, job_answer
from pressroom_gateway.ledger.records import JobView

from .records import Brief

_result = msgspec.json.Decoder(ArticleResult)
UrlOf = Callable[[str], str]
"""An address under which the file of a key can be read for a while."""


class ArticleLinks(BaseModel):
    self: str = Field(examples=["/v1/articles/0197a1b2-…"])
    job: str
    events: str


class AcceptedArticle(BaseModel):
    """The work stands in the ledger and goes on by itself."""

    id: UUID
    status: JobStatus = Field(examples=["pending"])
    links: ArticleLinks


class ImageAnswer(BaseModel):
    url: str = Field(description="Works for a while; get the article again for a new one.")
    content_type: str = Field(examples=["image/png"])
    alt: str


class SectionAnswer(BaseModel):
    heading: str
    text: str | None = Field(description="Markdown, as the model wrote it. Null: it failed, and was left out.")
    image: ImageAnswer | None
    error: ErrorAnswer | None = Field(description="Why its text or its image is missing.")


class MetaAnswer(BaseModel):
    """Of the page that shows the article."""

    title: str
    description: str
    slug: str
    keywords: list[str]


class QuestionAnswer(BaseModel):
    question: str
    answer: str


class ArticleItem(BaseModel):
    """An article in a list."""

    id: UUID
    status: JobStatus
    topic: str | None
    language: str | None = Field(examples=["en"])
    title: str | None = Field(description="Null until the article is completed.")
    priority: Lane
    created_by: str
    metadata: dict[str, Any] | None
    usage: UsageAnswer | None
    error: ErrorAnswer | None = Field(description="Of the last attempt that failed.")
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class Article(ArticleItem):
    """What it consists of is null, or empty, until it is completed; `/v1/jobs/{id}/progress` has it as it comes.

    While it is done once more, or where that failed, it is what it was.
    """

    direction: Direction | None = Field(description="Of its language.")
    sections: list[SectionAnswer]
    summary: str | None
    meta: MetaAnswer | None
    faq: list[QuestionAnswer]
    json_ld: dict[str, Any] | None = Field(description="schema.org's FAQPage, for the page that shows the article.")


def accepted(job_id: UUID, status: JobStatus) -> AcceptedArticle:
    job = f"/v1/jobs/{job_id}"
    links = ArticleLinks(self=f"/v1/articles/{job_id}", job=job, events=f"{job}/events")
    return AcceptedArticle(id=job_id, status=status, links=links)


def article_item(job: JobView, brief: Brief | None) -> ArticleItem:
    return ArticleItem(**_common(job, brief))


def article(job: JobView, url_of: UrlOf, brief: Brief | None = None) -> Article:
    """`brief`: of one that is not completed."""
    result = _result.decode(job.result) if job.result else None
    if result is None:
        return Article(
            **_common(job, brief), direction=None, sections=[], summary=None, meta=None, faq=[], json_ld=None
        )
    told = Brief(topic=result.topic, language=result.language, title=result.title)
    return Article(
        **_common(job, told),
        direction=result.direction,
        sections=[_section(each, url_of) for each in result.sections],
        summary=result.summary,
        meta=MetaAnswer.model_validate(msgspec.to_builtins(result.meta)),
        faq=[QuestionAnswer(question=each.question, answer=each.answer) for each in result.faq],
        json_ld=msgspec.json.decode(result.json_ld) if result.json_ld else None,
    )


def _common(job: JobView, brief: Brief | None) -> dict[str, Any]:
    told = job_answer(job)
    return {
        "id": job.id,
        "status": job.status,
        "topic": brief.topic if brief else None,
        "language": brief.language if brief else None,
        "title": brief.title if brief else None,
        "priority": job.lane,
        "created_by": job.created_by,
        "metadata": told.metadata,
        "usage": told.usage,
        "error": told.error,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
    }


def _section(section: ArticleSection, url_of: UrlOf) -> SectionAnswer:
    error = section.error
    return SectionAnswer(
        heading=section.heading,
        text=section.text or None,
        image=_image(section.image, url_of) if section.image else None,
        error=ErrorAnswer(code=error.code, detail=error.detail, retryable=error.error_class == "transient")
        if error
        else None,
    )


def _image(image: ArticleImage, url_of: UrlOf) -> ImageAnswer:
    return ImageAnswer(url=url_of(image.key), content_type=image.content_type, alt=image.alt)
