"""What an article's structured answers look like: asked for, checked, and made into Structs."""

import unicodedata
from typing import Any

import msgspec
from msgspec import Raw, Struct

from pressroom_common.contracts import ArticleMeta, ArticleQuestion
from pressroom_common.worker import JobFailed

from .structured import check

_TITLE = {"type": "string", "minLength": 1, "maxLength": 300}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 5000}
_FORM = "the form that was asked for"
_MOST_KEYWORDS = 15
_LONGEST_SLUG = 100


class Plan(Struct, frozen=True):
    title: str
    headings: tuple[str, ...]


class _Questions(Struct, frozen=True):
    faq: tuple[ArticleQuestion, ...]


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: Any, least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most, "uniqueItems": True}


def plan_schema(sections: int) -> dict[str, Any]:
    return _object(title=_TITLE, headings=_array(_TITLE, sections, sections))


META = _object(title=_TITLE, description=_TEXT, slug=_TITLE, keywords=_array(_TITLE, 1, _MOST_KEYWORDS))


def faq_schema(questions: int) -> dict[str, Any]:
    return _object(faq=_array(_object(question=_TITLE, answer=_TEXT), questions, questions))


def plan_of(content: str, sections: int) -> Plan:
    """Raises JobFailed, as all of these do."""
    return msgspec.convert(_read(content, plan_schema(sections)), Plan)


def meta_of(content: str) -> ArticleMeta:
    """With a slug that an address can hold."""
    meta = msgspec.convert(_read(content, META), ArticleMeta)
    return msgspec.structs.replace(meta, slug=slug_of(meta.slug))


def faq_of(content: str, questions: int) -> tuple[ArticleQuestion, ...]:
    return msgspec.convert(_read(content, faq_schema(questions)), _Questions).faq


def slug_of(text: str) -> str:
    """Letters of any script and digits, in small, between single hyphens."""
    kept = (letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in text.lower())
    return "-".join("".join(kept).split())[:_LONGEST_SLUG].strip("-") or "article"


def faq_page(questions: tuple[ArticleQuestion, ...], language: str) -> Raw:
    """schema.org's FAQPage, as search engines read it."""
    entities = [
        {"@type": "Question", "name": each.question, "acceptedAnswer": {"@type": "Answer", "text": each.answer}}
        for each in questions
    ]
    page = {"@context": "https://schema.org", "@type": "FAQPage", "inLanguage": language, "mainEntity": entities}
    return Raw(msgspec.json.encode(page))


def _read(content: str, schema: dict[str, Any]) -> Any:
    return _kept(check(content, schema, _FORM))


def _kept(value: Any) -> Any:
    """Every text as it is, but for the character NUL, which nobody can store. Raises JobFailed for one of blanks."""
    if isinstance(value, dict):
        return {key: _kept(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_kept(each) for each in value]
    text = str(value).replace("\x00", "")
    if not text.strip():
        raise JobFailed("invalid_output", "The model left a text blank.", "transient")
    return text
