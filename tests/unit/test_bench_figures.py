"""The benchmark's arithmetic and its report: what is compared must be what was measured."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from bench.figures import Figures, figures_of, growth_of, median_of, percentile
from bench.plan import Outcome, Sample
from bench.report import PART, Comparison, Report, rendered

MB = 1024 * 1024
OUTCOME = Outcome(
    jobs=100,
    seconds=4,
    post_ms=[float(number) for number in range(1, 101)],
    completed_ms=[210.0, 212.0, 240.0],
    cpu_seconds={"gateway": 0.1, "generator-1": 0.2, "generator-2": 0.3, "monitor": 0.05, "rabbitmq": 0.4},
    samples=[
        Sample(answered=answered, memory={"gateway": size * MB, "generator-1": 90 * MB, "rabbitmq": 200 * MB})
        for answered, size in ((0, 50), (20, 55), (26, 60), (100, 63))
    ],
)
FIGURES = figures_of(OUTCOME)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentile_is_the_value_that_the_share_does_not_exceed(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value


def test_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_figures_add_up_the_workers_and_count_per_job() -> None:
    assert FIGURES.jobs_per_second == 25
    assert FIGURES.cpu_gateway == pytest.approx(1)
    assert FIGURES.cpu_workers == pytest.approx(5)
    assert FIGURES.cpu_both == pytest.approx(6)
    assert FIGURES.memory_gateway == 63
    assert math.isnan(FIGURES.cpu_postgres)


def test_growth_compares_a_quarter_of_the_jobs_with_all() -> None:
    [gateway, generator] = growth_of(OUTCOME)
    assert (gateway.idle, gateway.quarter, gateway.end) == (50, 60, 63)
    assert generator.process == "generator-1"


def test_median_is_taken_figure_by_figure() -> None:
    runs = [replace(FIGURES, post_p99=p99, cpu_both=cpu) for p99, cpu in ((9.0, 1.0), (7.0, 3.0), (8.0, 2.0))]
    assert (median_of(runs).post_p99, median_of(runs).cpu_both) == (8, 2)


def report_of(ours: Figures | None, floor: Figures) -> Report:
    busy, paced = (Comparison(title, ours, floor, runs="6.00 each") for title in ("Busy", "Paced"))
    return Report("2026-11-21", "2 cores", "make bench", 200, busy, paced, growth_of(OUTCOME), 20_000)


def test_report_tells_ratios_and_whether_aims_are_met() -> None:
    text = rendered(report_of(FIGURES, replace(FIGURES, cpu_both=12.0)))
    assert "| CPU per job, ms: **gateway + workers** | 6.00 | 12.00 | 0.50 |" in text
    assert "| CPU per job busy, of the floor's: at most 0.8 | 0.50 | met |" in text
    assert "| POST p99 at 64 clients, of the floor's: at most 0.5 | 1.00 | missed |" in text
    assert "| gateway | 50 | 60 | 63 | +5.0 % |" in text


def test_report_of_the_floor_alone_tells_no_ratios() -> None:
    text = rendered(report_of(None, FIGURES))
    assert "| CPU per job, ms: **gateway + workers** |  | 6.00 |  |" in text
    assert "Aims" not in text


def test_section_is_replaced_and_the_rest_of_the_document_kept(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    PART.write("first", document)
    document.write_text(f"{document.read_text()}\n## By hand\n")
    PART.write("second", document)
    text = document.read_text()
    assert "second" in text
    assert "first" not in text
    assert text.startswith("# Benchmarks")
    assert text.endswith("## By hand\n")
