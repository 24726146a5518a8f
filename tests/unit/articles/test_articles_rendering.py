"""What a page costs: little text makes no endless tables, and no text is rendered twice in a row."""

import time

import pytest

from pressroom_gateway.articles.page import safe_html
from pressroom_gateway.articles.rendering import Pages, RenderedTexts
from pressroom_gateway.articles.tables import MOST_CELLS
from unit.articles.articles import completed, section


def wide(columns: int, rows: int) -> str:
    """A table whose rows have one cell each: the others are filled up."""
    return f"|{'a|' * columns}\n|{'-|' * columns}\n" + "a\n" * rows


@pytest.mark.parametrize(("columns", "rows"), [(100, 1000), (200, 2000), (1000, 10_000), (4, MOST_CELLS)])
def test_a_table_of_too_many_cells_stays_text_and_costs_little(columns: int, rows: int) -> None:
    began = time.process_time()
    page = safe_html(wide(columns, rows))
    assert time.process_time() - began < 3
    assert "<table>" not in page


@pytest.mark.parametrize("lines", ["-|-\n", "|-|\n", "a|b\n-|-\n", "> -|-\n"])
def test_a_text_of_nothing_but_beginnings_of_tables_costs_little(lines: str) -> None:
    began = time.process_time()
    safe_html(lines * (80_000 // len(lines)))
    assert time.process_time() - began < 5


def test_all_tables_of_a_text_share_its_cells() -> None:
    page = safe_html("\n\n".join([wide(10, 100)] * 20))
    assert 3 <= page.count("<table>") <= 5
    assert page.count("<td>") <= MOST_CELLS


@pytest.mark.parametrize(
    "text", ["|a|b|\n|-|-|\n|1|2|", "> |a|b|\n> |-|-|\n> |1|2|", "- |a|b|\n  |-|-|\n  |1|2|", "a|b\n-|-\n1|2"]
)
def test_tables_as_people_write_them_are_tables(text: str) -> None:
    page = safe_html(text)
    assert (page.count("<th>"), page.count("<td>")) == (2, 2)


def test_a_large_table_of_figures_is_a_table() -> None:
    row = "|" + "1234|" * 8 + "\n"
    assert safe_html(f"|{'h|' * 8}\n|{'-|' * 8}\n{row * 500}").count("<td>") == 4000


def test_a_text_is_rendered_once_and_the_oldest_make_room() -> None:
    asked: list[str] = []

    def render(text: str) -> str:
        asked.append(text)
        return text.upper()

    texts = RenderedTexts(render, room=6)
    assert [texts.html(each) for each in "aabacabd"] == list("AABACABD")
    assert asked == ["a", "b", "c", "d"]
    texts.html("c")
    assert asked[4:] == ["c"], "it had made room"
    texts.html("a text that has no room")
    texts.html("a text that has no room")
    assert len(asked) == 7


async def test_two_pages_with_the_same_text_have_their_own_links() -> None:
    pages = Pages()
    for url in ("/v1/files/1.png", "/v1/files/2.png"):
        page = await pages.html(completed(section("Tea", "It is **hot**.", url)))
        assert url in page
        assert "<strong>hot</strong>" in page
