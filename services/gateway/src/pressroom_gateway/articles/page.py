"""An article as an HTML page. What the model wrote is Markdown, or plain text: none of it becomes HTML unseen."""

from collections.abc import Callable, Iterator
from html import escape

import msgspec
import nh3
from markdown_it import MarkdownIt

from .answers import Article, SectionAnswer
from .tables import bounded_table

_NAMES = "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul"
TAGS = frozenset(_NAMES.split())
"""That Markdown can make. No images: they would be fetched from wherever the model says."""
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.block.ruler.at("table", bounded_table, {"alt": ["paragraph", "reference"]})
Render = Callable[[str], str]
"""Safe HTML of Markdown."""


def safe_html(markdown: str) -> str:
    """HTML of a stranger's Markdown: with TAGS and ATTRIBUTES only, and no scripts behind its links."""
    return nh3.clean(
        _markdown.render(markdown),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def to_html(article: Article, render: Render = safe_html) -> str:
    """Of a completed one."""
    head = "\n".join(_head(article))
    body = "\n".join(_body(article, render))
    language, direction = escape(article.language or ""), escape(article.direction or "ltr")
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n{head}\n</head>\n'
        f'<body>\n<article lang="{language}" dir="{direction}">\n{body}\n</article>\n</body>\n</html>\n'
    )


def _head(article: Article) -> Iterator[str]:
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    if article.meta is not None:
        yield f"<title>{escape(article.meta.title)}</title>"
        yield f'<meta name="description" content="{escape(article.meta.description)}">'
        yield f'<meta name="keywords" content="{escape(", ".join(article.meta.keywords))}">'
    if article.json_ld is not None:
        yield f'<script type="application/ld+json">{_script(article.json_ld)}</script>'


def _body(article: Article, render: Render) -> Iterator[str]:
    yield f"<h1>{escape(article.title or '')}</h1>"
    yield render(article.summary or "")
    for section in article.sections:
        yield from _section(section, render)
    if article.faq:
        yield "<section>"
        for each in article.faq:
            yield f"<h3>{escape(each.question)}</h3>\n<p>{escape(each.answer)}</p>"
        yield "</section>"


def _section(section: SectionAnswer, render: Render) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(section.heading)}</h2>"
    if section.image is not None:
        yield f'<img src="{escape(section.image.url)}" alt="{escape(section.image.alt)}">'
    if section.text is not None:
        yield render(section.text)
    yield "</section>"


def _script(data: object) -> str:
    """JSON that cannot end the element it stands in."""
    written = msgspec.json.encode(data).decode()
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
