"""Tasks stand in the picture as they do in Zuora, or in layers, and never on each other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports.graph import graph_of
from pressroom_zuora_sync.pictures.layout import Cell, laid_out
from unit.zuora_exports.specimens import Json, export, link, start, task


def at(left: object, top: object) -> Json:
    return {"css": {"left": left, "top": top}}


def cells(tasks: list[Json], linkages: list[Json]) -> dict[int, Cell]:
    return laid_out(graph_of(export(tasks, linkages)))


def test_boxes_stand_where_they_were_placed():
    placed = [task(1, "A", **at("100px", "50px")), task(2, "B", **at(400, 50.5)), task(3, "C", **at("100", "300px"))]
    assert cells(placed, [start(1)]) == {1: Cell(0, 0), 2: Cell(0, 1), 3: Cell(1, 0)}


def test_a_box_that_is_far_away_makes_no_desert():
    placed = [task(1, "A", **at("10px", "10px")), task(2, "B", **at("19000px", "15000px"))]
    assert cells(placed, [start(1)]) == {1: Cell(0, 0), 2: Cell(1, 1)}


def test_of_boxes_that_lie_on_each_other_one_moves_aside():
    """As somebody left them: two almost in one place, two others so near that names would cover each other."""
    places = {1: (32.1, 32.2), 2: (32.2, 32.3), 3: (32, 130), 4: (110, 130)}
    placed = [task(n, str(n), **at(left, top)) for n, (left, top) in places.items()]
    assert cells(placed, [start(1)]) == {1: Cell(0, 0), 2: Cell(0, 1), 3: Cell(1, 0), 4: Cell(1, 1)}


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
    found = cells(tasks, [start(1), link(1, 2), link(1, 3)])
    assert found[1].row < found[2].row == found[3].row


def test_a_heap_of_boxes_is_laid_out_in_layers():
    tasks = [task(n, str(n), **at("10px", "10px")) for n in range(1, 10)]
    found = cells(tasks, [start(1), *(link(n, n + 1) for n in range(1, 9))])
    assert [found[n] for n in range(1, 10)] == [Cell(n, 0) for n in range(9)]


def test_in_layers_each_stands_below_what_leads_to_it():
    """By the longest way: 4 is a step from the start and three from 1."""
    tasks = [task(n, str(n)) for n in range(1, 5)]
    found = cells(tasks, [start(1), link(1, 2), link(2, 3), link(3, 4), link(1, 4), link(4, 2)])
    assert [found[n].row for n in range(1, 5)] == [0, 1, 2, 3]


def test_in_layers_what_is_never_reached_stands_below():
    tasks = [task(n, str(n)) for n in range(1, 5)]
    found = cells(tasks, [start(3), link(3, 4), link(1, 2), link(2, 4)])
    assert [found[n].row for n in (3, 4, 1, 2)] == [0, 1, 2, 3]


def test_a_layer_of_a_hundred_takes_several_rows():
    found = cells([task(n, str(n)) for n in range(1, 102)], [start(1), *(link(1, n) for n in range(2, 102))])
    assert max(cell.column for cell in found.values()) < 12


PLACES = st.tuples(st.integers(0, 900), st.integers(0, 600))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | PLACES, max_size=30), st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30))))
def test_no_two_tasks_share_a_cell(places: list[tuple[int, int] | None], pairs: list[tuple[int, int]]):
    tasks = [task(n, str(n), **(at(*place) if place else {})) for n, place in enumerate(places, 1)]
    found = cells(tasks, [start(1), *(link(*pair) for pair in pairs)])
    assert len(set(found.values())) == len(tasks) == len(found)
