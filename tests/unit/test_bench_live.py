"""The arithmetic of `bench.live`: what clients saw is read from their bytes, and no lost character goes unseen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest

from bench.live.figures import Figures, figures_of, lags_of, medians_of, of_all
from bench.live.first_token import FirstTokens
from bench.live.metering import CLIENTS, Reading, Spent
from bench.live.polling import Polls
from bench.live.reading import Heard, Piece, digest_of, heard, number_of, prompt_of
from bench.live.report import Report, rendered
from bench.live.streams import Pace, Run

PACE = Pace(latency_ms=200, tokens=4, per_second=20)
JOB = {"job_id": "7"}
HEAD = Piece(99.0, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")


def event(name: str, data: Mapping[str, object]) -> bytes:
    """A chunk of HTTP/1.1 with one event in it."""
    body = f"id: 1-1-0-0\nevent: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(body), body)


def delta(offset: int, text: str) -> bytes:
    return event("delta", {"offset": offset, "text": text})


def read(*pieces: tuple[float, bytes]) -> Heard:
    told = [HEAD, Piece(99.0, event("status", JOB)), *(Piece(at, data) for at, data in pieces)]
    return heard(3, 98.0, 110.0, told)


def test_a_token_came_with_the_piece_that_brought_its_last_character() -> None:
    found = read((100.0, delta(0, "Warm")), (100.1, delta(4, " tea, as")), (100.2, delta(12, " it is")))
    assert (found.deltas, found.faults, found.job_id) == ([100.0, 100.1, 100.2], 0, "7")
    assert found.tokens == [100.0, 100.1, 100.1, 100.2, 100.2]
    assert found.digest == digest_of("Warm tea, as it is")


def test_an_event_came_with_the_bytes_that_ended_it() -> None:
    whole = delta(0, "Tea")
    assert read((100.0, whole[:20]), (100.5, whole[20:])).deltas == [100.5]


def test_events_that_came_together_came_at_the_same_time() -> None:
    assert read((100.0, delta(0, "Tea ") + delta(4, "is"))).deltas == [100.0, 100.0]


@pytest.mark.parametrize("offset", [2, 4], ids=["again", "after a gap"])
def test_a_piece_that_does_not_go_on_where_the_text_ended_is_a_fault(offset: int) -> None:
    assert read((100.0, delta(0, "Tea")), (100.1, delta(offset, " is"))).faults == 1


def test_a_keyframe_replaces_the_text() -> None:
    found = read((100.0, delta(0, "Tea")), (100.1, event("keyframe", {"offset": 0, "text": "Milk"})))
    assert (found.digest, found.deltas, found.faults) == (digest_of("Milk"), [100.1], 0)


def test_the_last_event_is_how_a_stream_ended() -> None:
    assert read((100.0, delta(0, "Tea")), (100.1, event("result", {"id": "7"}))).ending == "result"


def test_a_prompt_tells_which_stream_it_is_of() -> None:
    assert number_of(prompt_of(412)) == 412


def stream(number: int = 0, ending: str = "result", faults: int = 0) -> Heard:
    """Each of its tokens is 10 ms late, the last 30."""
    late = (0.01, 0.01, 0.01, 0.03)
    tokens = [PACE.due(100.0, token) + seconds for token, seconds in enumerate(late)]
    return Heard(
        number=number,
        began=99.9,
        ended=100.7,
        ending=ending,
        job_id="7",
        digest="",
        faults=faults,
        deltas=tokens[1:],
        tokens=tokens,
    )


def run_of(*streams: Heard) -> Run:
    whole = Spent(99.9, 100.9, {"gateway": 0.0003, "generator-1": 0.0001, "generator-2": 0.0002, "postgres": 0.5})
    steady = Spent(100.0, 100.3, {"gateway": 0.0001, "generator-1": 0.0001, "generator-2": 0.0001})
    return Run(streams, dict.fromkeys(range(9), 100.0), whole, steady)


FIGURES = figures_of(run_of(stream()), PACE)


def test_lag_is_from_the_time_when_the_provider_is_to_send_a_token() -> None:
    assert lags_of(run_of(stream()), PACE) == pytest.approx([10, 10, 10, 30])
    assert FIGURES.lag_p50 == pytest.approx(10)
    assert FIGURES.lag_p99 == pytest.approx(30)


def test_wall_is_of_what_one_stream_takes_by_itself() -> None:
    assert PACE.ideal == pytest.approx(0.4)
    assert FIGURES.wall == pytest.approx(0.8 / 0.4)


def test_cpu_is_for_each_delta_of_the_stretch_it_was_spent_in() -> None:
    assert FIGURES.deltas == pytest.approx(0.75)
    assert of_all(FIGURES.cpu, "gateway") == pytest.approx(100)
    assert of_all(FIGURES.cpu, "generator") == pytest.approx(100)
    assert of_all(FIGURES.steady, "generator") == pytest.approx(200)
    assert FIGURES.cores["postgres"] == pytest.approx(0.5)


@pytest.mark.parametrize("broken", [stream(ending="handed_over"), stream(faults=2)])
def test_streams_with_a_gap_or_without_their_end_are_counted(broken: Heard) -> None:
    assert figures_of(run_of(stream(), broken), PACE).faults == 1


def test_medians_are_figure_by_figure_but_faults_add_up() -> None:
    runs = [replace(FIGURES, wall=wall, cpu={"gateway": cpu}, faults=1) for wall, cpu in ((1, 9), (2, 7), (9, 8))]
    middle = medians_of(runs)
    assert (middle.wall, middle.cpu, middle.faults) == (2, {"gateway": 8}, 3)


def test_what_was_spent_lies_between_two_readings() -> None:
    spent = Reading(10.0, {"gateway": 3.0}).to(Reading(14.0, {"gateway": 5.0}))
    assert (spent.seconds, spent.cpu, spent.cores("gateway")) == (4.0, {"gateway": 2.0}, 0.5)


def report_of(pressroom: Figures, unlike: int = 0) -> Report:
    passthrough = replace(FIGURES, cpu={"passthrough": 400.0}, steady={"passthrough": 300.0}, cores={CLIENTS: 0.2})
    first = FirstTokens()
    first.direct += [205.0, 210.0, 240.0]
    first.through += [215.0, 220.0, 280.0]
    polls = Polls(1_000, Counter({304: 4_000, 200: 1_000}), [2.0, 5.0], Spent(0, 15, {"gateway": 3.0}))
    return Report(
        first_pace=PACE,
        pace=PACE,
        streams=1,
        first=first,
        pressroom=[pressroom],
        passthrough=[passthrough],
        unlike=unlike,
        polls=(polls, polls),
    )


def test_report_tells_ratios_and_whether_aims_are_met() -> None:
    flowing = {name: cpu * 0.39 for name, cpu in FIGURES.steady.items()}
    text = rendered("Here.", report_of(replace(FIGURES, steady=flowing)))
    assert "| **added** | 10.0 | 40.0 | 40.0 |" in text
    assert "| CPU per delta, µs: **all own processes** | 200.0 | 400.0 | 0.50 |" in text
    assert "| added time to the first text p99: at most 30 ms | 40.0 ms | missed |" in text
    assert "| CPU per delta while all flow, gateway: at most 40 µs | 39.0 µs | met |" in text
    assert "| the gateway's cores for pollers: at most 0.3 | 0.20 | met |" in text
    assert "| with `If-None-Match` | 333 | 4,000 x 304, 1,000 x 200 | 5 | 0.20 | 0.60 |" in text


@pytest.mark.parametrize(("unlike", "verdict"), [(0, "met"), (1, "missed")])
def test_one_text_that_is_not_the_stored_content_is_one_too_many(unlike: int, verdict: str) -> None:
    assert f"| streams whose text is not the stored content: none | {unlike} | {verdict} |" in rendered(
        "Here.", report_of(FIGURES, unlike)
    )
