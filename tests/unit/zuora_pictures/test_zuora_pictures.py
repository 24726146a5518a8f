"""The picture of a workflow is sound XML, safe to look at, and shows what is there."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports.graph import graph_of
from pressroom_zuora_sync.pictures.drawing import drawn
from pressroom_zuora_sync.pictures.lettering import width_of
from pressroom_zuora_sync.pictures.sides import WIDTH
from unit.zuora_exports.specimens import Json, export, link, start, task

SVG = "{http://www.w3.org/2000/svg}"


def picture(tasks: list[Json], linkages: list[Json], title: str = "Bills") -> ET.Element:
    return ET.fromstring(drawn(graph_of(export(tasks, linkages)), title))


def classes(root: ET.Element, tag: str) -> list[str]:
    return [found.get("class", "") for found in root.iter(SVG + tag)]


TASKS = [task(n, name) for n, name in enumerate("ABCD", 1)]


def test_each_task_is_a_box_and_each_linkage_an_arrow():
    root = picture(TASKS, [start(1), link(1, 2), link(1, 3, "Failure")])
    assert classes(root, "rect") == ["ground", *["box"] * 4]
    assert sorted(name for name in classes(root, "path") if "arrow" in name) == [
        "arrow fail",
        "arrow plain",
        "arrow plain",
    ]
    assert classes(root, "circle") == ["start"]
    assert [found.get("class") for found in root.iter(SVG + "g")] == ["task", "task", "task", "lost"]


def test_cycles_have_a_colour_of_their_own():
    root = picture(TASKS, [start(1), link(1, 2), link(2, 3), link(3, 2), link(4, 4)])
    assert sorted(name for name in classes(root, "path") if "arrow" in name) == [
        *["arrow loop"] * 3,
        *["arrow plain"] * 2,
    ]


@pytest.mark.parametrize("style", ["", "dark"])
def test_it_is_made_for_light_and_dark(style: str):
    text = drawn(graph_of(export(TASKS, [start(1)])), "Bills")
    assert f"prefers-color-scheme:{style}" in text


EVIL = [
    "<script>alert(1)</script>",
    '"><image href=x onerror=y>',
    "]]></style>",
    "a\u0000\u0007\u202eb",
    "&amp;<![CDATA[",
]


@pytest.mark.parametrize("text", EVIL)
def test_names_cannot_break_out(text: str):
    root = picture([task(1, text, text)], [{**start(1), "linkage_type": text}, link(1, 1, text)], text)
    assert {found.tag.removeprefix(SVG) for found in root.iter()} <= {
        *("svg", "title", "style", "defs", "marker", "path", "rect", "circle", "g", "text"),
    }
    assert not any(name.startswith("on") or name.endswith("href") for found in root.iter() for name in found.attrib)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_it_is_called_it_is_xml(name: str, kind: str):
    root = picture([task(1, name, kind)], [start(1), link(1, 1, kind)], name)
    assert classes(root, "rect") == ["ground", "box"]


def test_a_secret_in_a_name_is_not_drawn():
    text = drawn(
        graph_of(export([task(1, "Bearer CANARY", "token=CANARY")], [start(1), link(1, 1, "password: CANARY")])), "x"
    )
    assert "CANARY" not in text


def test_of_very_many_tasks_some_are_drawn_and_the_rest_is_told():
    tasks = [task(n, str(n)) for n in range(1, 2501)]
    text = drawn(graph_of(export(tasks, [start(1), *(link(n, n + 1) for n in range(1, 2500))])), "Many")
    assert len(re.findall('class="box"', text)) == 2000
    assert "and 500 more tasks" in text


def test_of_very_many_links_some_are_drawn_and_the_rest_is_told():
    """A small picture: 300,000 links of two tasks were 53 MB."""
    links = [link(1, 2, f"Outcome {n}") for n in range(300_000)]
    text = drawn(graph_of(export(TASKS, [start(1), *links])), "Many")
    assert len(re.findall('class="arrow', text)) == 21
    assert "and 299,980 more links" in text
    assert len(text) < 20_000


def test_more_arrows_than_anybody_can_look_at_are_cut():
    tasks = [task(n, str(n)) for n in range(1, 301)]
    links = [link(n, other) for n in range(1, 301) for other in range(n + 1, 301) if (n + other) % 4]
    text = drawn(graph_of(export(tasks, links)), "Many")
    assert len(re.findall('class="arrow', text)) == 5000
    assert f"and {len(links) - 5000:,} more links" in text


def test_links_that_say_the_same_are_one_arrow_that_tells_how_many():
    text = drawn(graph_of(export(TASKS, [start(1), *[link(1, 2)] * 1200])), "Many")
    assert len(re.findall('class="arrow', text)) == 2
    assert "Success 1,200×" in text  # noqa: RUF001
    assert "more link" not in text


def test_the_same_workflow_is_the_same_picture():
    linkages = [start(1), *(link(n, other, kind) for n in (1, 2, 3) for other in (2, 4) for kind in ("True", "False"))]
    assert len({drawn(graph_of(export(TASKS, linkages)), "Bills") for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("kind", "sort"), [("True", "true"), ("False", "false"), ("On Failure", "fail"), ("For Each", "plain")]
)
def test_branches_and_failures_have_colours_of_their_own(kind: str, sort: str):
    root = picture(TASKS, [start(1), link(1, 2, kind)])
    assert f"arrow {sort}" in classes(root, "path")
    assert f"kind {sort}" in classes(root, "text")


def test_what_is_never_reached_and_what_goes_round_is_explained():
    notes = [name for name in classes(picture(TASKS, [start(1), link(1, 1)]), "text") if name.startswith("note")]
    assert notes == ["note lost", "note loop"]
    assert "note" not in "".join(classes(picture(TASKS[:1], [start(1)]), "text"))


LONG = [
    *("W" * 300, "m" * 22, "a fairly long name of a task " * 3, "\u8acb\u6c42\u66f8" * 20, "\U0001f469" * 30),
    "a" + "\u0301" * 200,
]


@pytest.mark.parametrize("name", LONG)
def test_words_fit_into_their_box_and_are_whole_in_its_title(name: str):
    root = picture([task(1, name)], [start(1)])
    box = next(iter(root.iter(SVG + "g")))
    shown = next(found.text for found in box.iter(SVG + "text") if found.get("class") == "name") or ""
    assert width_of(shown, 13, bold=True) <= WIDTH - 16
    assert len(shown) <= 40
    title = box.findtext(SVG + "title") or ""
    assert title.startswith(name[:300] if "\u0301" not in name else "a\u0301\u0301\u0301 ")


def test_long_words_of_an_arrow_are_whole_in_its_title():
    kind = "Success, with a very long type of link"
    root = picture(TASKS, [start(1), link(1, 2, kind)])
    words = next(found for found in root.iter(SVG + "text") if found.get("class") == "kind plain")
    assert words.findtext(SVG + "title") == kind


def test_a_workflow_without_tasks_says_so():
    root = picture([], [])
    assert classes(root, "rect") == ["ground"]
    assert [found.text for found in root.iter(SVG + "text")] == ["This workflow has no tasks."]
