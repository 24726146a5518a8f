"""The picture of a workflow is sound XML, safe to look at, and shows what is there."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports.drawing import drawn
from pressroom_zuora_sync.exports.graph import graph_of
from pressroom_zuora_sync.exports.layout import HEIGHT, WIDTH, laid_out
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


def at(left: object, top: object) -> Json:
    return {"css": {"left": left, "top": top}}


def test_boxes_stand_where_they_were_placed():
    placed = [task(1, "A", **at("100px", "50px")), task(2, "B", **at(400, 50.5)), task(3, "C", **at("100", "300px"))]
    places = laid_out(graph_of(export(placed, [start(1)]))).places
    assert places[1].x < places[2].x
    assert places[1].x == places[3].x
    assert places[1].y < places[3].y


ODD = [
    None,
    {},
    {"left": "1e99px", "top": 0},
    {"left": "99999999px", "top": "0"},
    {"left": "calc(1px)", "top": [1]},
    "x",
]


@pytest.mark.parametrize("css", ODD)
def test_without_a_place_for_each_they_stand_in_layers(css: object):
    tasks = [task(1, "A", **at("0px", "0px")), task(2, "B", css=css), task(3, "C", css=css)]
    layout = laid_out(graph_of(export(tasks, [start(1), link(1, 2), link(1, 3)])))
    assert layout.places[1].y < layout.places[2].y == layout.places[3].y


def test_boxes_one_upon_another_are_laid_out_anew():
    tasks = [task(n, str(n), **at("10px", "10px")) for n in (1, 2)]
    layout = laid_out(graph_of(export(tasks, [start(1), link(1, 2)])))
    assert layout.places[1] != layout.places[2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=60))
def test_layers_overlap_nowhere_and_stay_within_the_picture(size: int, pairs: list[tuple[int, int]]):
    tasks = [task(n, str(n)) for n in range(1, size + 1)]
    layout = laid_out(graph_of(export(tasks, [start(1), *(link(*pair) for pair in pairs)])))
    places = list(layout.places.values())
    assert all(0 <= place.x <= layout.width - WIDTH and 0 <= place.y <= layout.height - HEIGHT for place in places)
    for n, one in enumerate(places):
        assert all(abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT for other in places[:n])


def test_of_very_many_tasks_some_are_drawn_and_the_rest_is_told():
    tasks = [task(n, str(n)) for n in range(1, 2501)]
    text = drawn(graph_of(export(tasks, [start(1), *(link(n, n + 1) for n in range(1, 2500))])), "Many")
    assert len(re.findall('class="box"', text)) == 2000
    assert "and 500 more tasks" in text


def test_no_task_is_a_picture_too():
    assert classes(picture([], []), "rect") == ["ground"]
