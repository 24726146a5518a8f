"""An article as Markdown: its texts are the model's, word for word."""

import re
from collections.abc import Iterator

from .answers import Article, SectionAnswer

_ACTIVE = re.compile(r"([\\`*_\[\]<>#!])")


def to_markdown(article: Article) -> str:
    """Of a completed one."""
    return "\n\n".join([f"# {_line(article.title)}", article.summary or "", *_parts(article)]) + "\n"


def _parts(article: Article) -> Iterator[str]:
    for section in article.sections:
        yield from _section(section)
    if article.faq:
        yield "## FAQ"
    for each in article.faq:
        yield f"### {_line(each.question)}"
        yield each.answer


def _section(section: SectionAnswer) -> Iterator[str]:
    yield f"## {_line(section.heading)}"
    if section.image is not None:
        yield f"![{_line(section.image.alt)}]({section.image.url})"
    if section.text is not None:
        yield section.text


def _line(text: str | None) -> str:
    """A title is one line, and nothing in it is Markdown."""
    return _ACTIVE.sub(r"\\\1", " ".join((text or "").split()))
