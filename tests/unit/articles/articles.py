"""An article by hand."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pressroom_gateway.articles.answers import Article, ImageAnswer, MetaAnswer, QuestionAnswer, SectionAnswer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def section(heading: str, text: str | None = "A text.", image: str | None = None) -> SectionAnswer:
    shown = ImageAnswer(url=image, content_type="image/png", alt=heading) if image else None
    return SectionAnswer(heading=heading, text=text, image=shown, error=None)


def completed(*sections: SectionAnswer, **fields: Any) -> Article:
    text = fields.pop("everywhere", None)
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "status": "completed",
        "topic": "tea",
        "language": "en",
        "title": text or "All about tea",
        "priority": "default",
        "created_by": "key:editor",
        "metadata": None,
        "usage": None,
        "error": None,
        "created_at": NOW,
        "started_at": NOW,
        "completed_at": NOW,
        "direction": "ltr",
        "sections": list(sections),
        "summary": text or "Tea in short.",
        "meta": MetaAnswer(
            title=text or "Tea", description=text or "What tea is.", slug="tea", keywords=[text or "tea"]
        ),
        "faq": [QuestionAnswer(question=text or "Why?", answer=text or "So.")],
        "json_ld": {"@type": "FAQPage", "name": text or "Tea"},
    }
    return Article(**usual | fields)
