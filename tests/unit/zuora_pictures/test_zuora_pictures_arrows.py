"""Arrows begin and end at boxes and pass none beneath; their words cover nothing. Read from the picture itself."""

import itertools
import re
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports.graph import graph_of
from pressroom_zuora_sync.pictures.drawing import drawn
from pressroom_zuora_sync.pictures.lettering import width_of
from pressroom_zuora_sync.pictures.sides import HEIGHT, WIDTH
from unit.zuora_exports.specimens import Json, export, link, start, task

SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


@dataclass(frozen=True)
class Area:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def around(self, other: "Area") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def has_on_its_border(self, point: Point) -> bool:
        x, y = point
        beside = min(abs(x - self.left), abs(x - self.right)) < 0.2 and self.top < y < self.bottom
        above = min(abs(y - self.top), abs(y - self.bottom)) < 0.2 and self.left < x < self.right
        return beside or above


@dataclass(frozen=True)
class Picture:
    whole: Area
    boxes: list[Area]
    starts: list[Point]
    arrows: list[list[Point]]
    words: list[Area]


def picture(tasks: list[Json], linkages: list[Json]) -> Picture:
    root = ET.fromstring(drawn(graph_of(export(tasks, linkages)), "Bills"))
    return Picture(
        whole=Area(0, 0, float(root.attrib["width"]), float(root.attrib["height"])),
        boxes=[box(found.attrib["transform"]) for found in root.iter(SVG + "g")],
        starts=[(float(found.attrib["cx"]), float(found.attrib["cy"])) for found in root.iter(SVG + "circle")],
        arrows=[points(found.attrib["d"]) for found in root.iter(SVG + "path") if "arrow" in found.attrib["class"]],
        words=[words(found) for found in root.iter(SVG + "text") if found.attrib["class"].startswith("kind")],
    )


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text)]


def box(transform: str) -> Area:
    x, y = numbers(transform)
    return Area(x, y, x + WIDTH, y + HEIGHT)


def points(path: str) -> list[Point]:
    """Its corners, whose turns lie within them."""
    found = numbers(path)
    return list(zip(found[::2], found[1::2], strict=True))


def words(found: ET.Element) -> Area:
    text = "".join(part for part in found.itertext() if part != found.findtext(SVG + "title"))
    x, y, half = float(found.attrib["x"]), float(found.attrib["y"]), width_of(text, 11) / 2
    return Area(x - half, y - 10, x + half, y + 3)


def head(arrow: list[Point]) -> Area:
    """Where its head is: the last nine pixels."""
    (x0, y0), (x1, y1) = arrow[-2:]
    x, y = (x1 - (x1 > x0) * 9, y1 - (y1 > y0) * 9) if abs(x1 - x0) > abs(y1 - y0) else (x1 - 4, y1 - (y1 > y0) * 9)
    across = abs(x1 - x0) > abs(y1 - y0)
    return Area(x, y - 4, x + 9, y + 4) if across else Area(x, y, x + 8, y + 9)


def lines_of(arrow: list[Point]) -> list[Area]:
    return [
        Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)) for (x0, y0), (x1, y1) in itertools.pairwise(arrow)
    ]


def lie_on_each_other(one: Area, other: Area) -> bool:
    """Along more than a point."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return min(across, down) > -0.15 and max(across, down) > 0.5


def box_at(found: Picture, point: Point) -> Area | Point:
    return next((each for each in found.boxes if each.has_on_its_border(point)), point)


KINDS = st.sampled_from(["Success", "Failure", "True", "False", "For Each", "", "A type of link that is long"])
PLACES = st.tuples(st.integers(0, 1200), st.integers(0, 700))


@st.composite
def workflows(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    places = draw(st.lists(PLACES, min_size=1, max_size=14))
    layers = draw(st.booleans())
    tasks = [
        task(n, f"Task {n}", css=None if layers else {"left": f"{left}px", "top": f"{top}px"})
        for n, (left, top) in enumerate(places, 1)
    ]
    ends = st.integers(1, len(tasks))
    linkages = draw(st.lists(st.builds(link, st.none() | ends, ends, KINDS), max_size=30))
    return tasks, linkages


WORKFLOWS = given(workflows())
SOME = settings(max_examples=150, deadline=None)


@SOME
@WORKFLOWS
def test_no_box_hides_another_or_leaves_the_picture(workflow: tuple[list[Json], list[Json]]):
    found = picture(*workflow)
    assert not any(one.meets(other) for one, other in itertools.combinations(found.boxes, 2))
    assert all(found.whole.around(each) for each in found.boxes)


@SOME
@WORKFLOWS
def test_arrows_begin_and_end_at_boxes(workflow: tuple[list[Json], list[Json]]):
    found = picture(*workflow)
    for arrow in found.arrows:
        assert sum(each.has_on_its_border(arrow[0]) for each in found.boxes) == 1 or arrow[0] in found.starts
        assert sum(each.has_on_its_border(arrow[-1]) for each in found.boxes) == 1


@SOME
@WORKFLOWS
def test_arrows_pass_beneath_no_box(workflow: tuple[list[Json], list[Json]]):
    found = picture(*workflow)
    for arrow in found.arrows:
        assert not any(each.meets(line) for each in found.boxes for line in lines_of(arrow))


@SOME
@WORKFLOWS
def test_arrows_run_together_only_where_they_share_an_end(workflow: tuple[list[Json], list[Json]]):
    found = picture(*workflow)
    for one, other in itertools.combinations(found.arrows, 2):
        if any(lie_on_each_other(*lines) for lines in itertools.product(lines_of(one), lines_of(other))):
            ends = [box_at(found, arrow[end]) for end in (0, -1) for arrow in (one, other)]
            assert ends[0] == ends[1] or ends[2] == ends[3]


@SOME
@WORKFLOWS
def test_words_cover_no_box_no_head_and_no_other_words(workflow: tuple[list[Json], list[Json]]):
    found = picture(*workflow)
    heads = [head(arrow) for arrow in found.arrows]
    for each in found.words:
        assert found.whole.around(each)
        assert not any(each.meets(other) for other in [*found.boxes, *heads])
    assert not any(one.meets(other) for one, other in itertools.combinations(found.words, 2))


def assert_words_lie_on_what_they_tell_of(found: Picture) -> None:
    """All that meets words runs through their middle, as one bundle: with one begin or one end."""
    for each in found.words:
        x, y = (each.left + each.right) / 2, each.bottom - 7
        middle = Area(x - 0.2, y - 0.2, x + 0.2, y + 0.2)
        near = [arrow for arrow in found.arrows if any(each.meets(line) for line in lines_of(arrow))]
        own = [arrow for arrow in near if any(middle.meets(line) for line in lines_of(arrow))]
        assert near == own != []
        assert all(one[0] == other[0] or one[-1] == other[-1] for one, other in itertools.combinations(own, 2))


@SOME
@WORKFLOWS
def test_words_lie_on_their_own_arrow_and_no_other_meets_them(workflow: tuple[list[Json], list[Json]]):
    assert_words_lie_on_what_they_tell_of(picture(*workflow))


def test_words_lie_beside_the_arrow_that_enters_the_next_row():
    """As somebody found it: a failure that leaves to the right seemed to lead to the box below."""
    tasks = [task(n, str(n), css={"left": n % 3 * 210, "top": n // 3 * 130}) for n in range(9)]
    failures = [link(n, 8, "Failure") for n in (0, 1, 3, 4)]
    assert_words_lie_on_what_they_tell_of(picture(tasks, [start(0), *(link(n, n + 1) for n in range(8)), *failures]))


def test_words_that_are_too_wide_for_straight_arrows_side_by_side_go_round():
    links = [link(1, 2, f"A type of link that is long, no. {n}") for n in range(9)]
    found = picture([task(1, "A"), task(2, "B")], [start(1), *links])
    assert len(found.words) == 9
    assert_words_lie_on_what_they_tell_of(found)


def test_each_of_many_outcomes_has_its_arrow_and_its_words():
    outcomes = ["DE", "FR", "US", "UK", "ES", "IT", "NL", "PL"]
    found = picture([task(1, "Country?"), task(2, "Tax")], [start(1), *(link(1, 2, kind) for kind in outcomes)])
    assert len(found.words) == 8
    assert len({arrow[0] for arrow in found.arrows}) == 9


def test_starts_lie_on_no_arrow():
    tasks = [
        task(1, "A", css={"top": "100px", "left": "100px"}),
        task(2, "B", css={"top": "0px", "left": "100px"}),
    ]
    found = picture(tasks, [start(1), link(None, 1, "Again"), start(2), link(2, 1)])
    rounds = [Area(x - 9, y - 9, x + 9, y + 9) for x, y in found.starts]
    assert len(rounds) == 3
    for at, each in enumerate(rounds):
        others = [arrow for arrow in found.arrows if arrow[0] != found.starts[at]]
        assert not any(each.meets(line) for arrow in others for line in lines_of(arrow))


def test_the_arrows_of_one_target_run_together():
    """Sixty failures of one mail: a picture of sixty lines side by side would be none."""
    tasks = [task(n, str(n), css={"left": n % 5 * 210, "top": n // 5 * 130}) for n in range(60)]
    found = picture(tasks, [start(0), *(link(n, 59, "Failure") for n in range(59))])
    assert len({arrow[-1] for arrow in found.arrows}) <= 5
    assert found.whole.right < 5 * (WIDTH + 120)


def test_a_thousand_tasks_are_drawn_in_about_a_second():
    """Measured: 0.2 s. In itself quick, whatever the machine is busy with: time of this process alone."""
    tasks = [task(n, str(n)) for n in range(1, 1001)]
    for links in (
        [link(1, n, f"Outcome {n}") for n in range(2, 1001)],
        [link(n, n * 7 % 1000 + 1, "Failure") for n in range(1, 1001)],
    ):
        graph = graph_of(export(tasks, [start(1), *links]))
        begun = time.process_time()
        drawn(graph, "Many")
        assert time.process_time() - begun < 2
