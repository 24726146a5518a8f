"""Articles as HTML and as Markdown: whatever a model writes, a page has no tag and no attribute that is not ours."""

from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_gateway.articles.markdown import to_markdown
from pressroom_gateway.articles.page import ATTRIBUTES, TAGS, safe_html, to_html
from unit.articles.articles import completed, section

OURS = {
    "html": {"lang", "dir"},
    "head": set(),
    "meta": {"charset", "name", "content"},
    "title": set(),
    "script": {"type"},
    "body": set(),
    "article": {"lang", "dir"},
    "section": set(),
    "img": {"src", "alt"},
}
GENERATED = {"rel"}
"""Attributes that the sanitiser adds."""
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](&#106;avascript:alert(1))",
    "![x](https://evil.example/track.png)",
    "<a href='vbscript:x' onclick=y style='position:fixed'>z</a>",
    "<!--><script>alert(1)</script>-->",
    "<iframe srcdoc='<script>x</script>'>",
    "```html\n<script>x</script>\n```",
    "| a | b |\n|---|:-:|\n| <b onmouseover=x> | ~~y~~ |",
    '[a](https://x.example "t\\" onmouseover=\\"x")',
    "<math><mtext></p><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "\u2028</script\u2029>",
    "&lt;script&gt;",
    "`<img src=x onerror=y>`",
]
PIECES = st.sampled_from([*HOSTILE, "<", ">", "&", '"', "'", "`", "[", "](", ")", "\n", "\n\n", "# ", "- ", "\\", "x"])
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join)


class Found(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def check(tag: str, attributes: dict[str, str | None], allowed: dict[str, set[str]]) -> None:
    assert tag in allowed, tag
    assert attributes.keys() <= allowed[tag] | (GENERATED if tag == "a" else set()), (tag, attributes)
    href = attributes.get("href")
    if href is not None:
        assert ":" not in href.partition("/")[0] or href.startswith(("http:", "https:", "mailto:")), href


BY_TAG = {tag: set(ATTRIBUTES.get(tag, set())) for tag in TAGS}


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_markdown_becomes_nothing_but_allowed_html(text: str) -> None:
    for tag, attributes in Found(safe_html(text)).seen:
        check(tag, attributes, BY_TAG)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_page_of_hostile_texts_has_our_tags_alone(text: str) -> None:
    allowed = {**BY_TAG, **OURS}
    page = to_html(completed(section(text, text, "/v1/files/x.png"), section(text, None), everywhere=text or "x"))
    found = Found(page).seen
    for tag, attributes in found:
        check(tag, attributes, allowed)
    assert [attributes for tag, attributes in found if tag == "script"] == [{"type": "application/ld+json"}]
    assert [attributes["src"] for tag, attributes in found if tag == "img"] == ["/v1/files/x.png"]


@pytest.mark.parametrize("text", HOSTILE)
def test_json_ld_cannot_end_its_element_and_stays_what_it_was(text: str) -> None:
    page = to_html(completed(json_ld={"name": text}))
    start = page.index("ld+json") + len('ld+json">')
    script = page[start : page.index("</script>", start)]
    assert "<" not in script
    assert msgspec.json.decode(script) == {"name": text}


def test_markdown_of_a_section_is_rendered() -> None:
    page = to_html(completed(section("Tea", "It is **hot**.\n\n- one\n- [two](https://x.example)\n\n|a|\n|-|\n|b|")))
    for piece in ("<strong>hot</strong>", "<li>one</li>", '<a href="https://x.example"', "<td>b</td>"):
        assert piece in page


def test_a_page_is_written_in_its_language_and_direction() -> None:
    page = to_html(completed(section("الشاي"), language="ar", direction="rtl", everywhere="الشاي الأخضر"))
    assert '<html lang="ar" dir="rtl">' in page
    assert "<h1>الشاي الأخضر</h1>" in page
    assert "<h2>الشاي</h2>" in page


def test_markdown_has_everything_in_its_order() -> None:
    found = to_markdown(completed(section("One", "First *text*.", "/v1/files/1.png"), section("Two", None)))
    assert found == (
        "# All about tea\n\nTea in short.\n\n## One\n\n![One](/v1/files/1.png)\n\nFirst *text*.\n\n## Two\n\n"
        "## FAQ\n\n### Why?\n\nSo.\n"
    )


def test_a_heading_is_one_line_of_plain_text_in_markdown() -> None:
    found = to_markdown(completed(section("One\n# Two [x](y) <b>")))
    assert "## One \\# Two \\[x\\](y) \\<b\\>\n" in found
