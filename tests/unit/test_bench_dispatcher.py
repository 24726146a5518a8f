"""The reports on the dispatcher: ratios of one run, the slowest probe, and statements that read too much."""

from pathlib import Path

import pytest

from bench.dispatch.report import rendered as dispatch_report
from bench.dispatch.runs import Cost, Costs
from bench.fairness.probing import Probe
from bench.fairness.report import Scenario
from bench.fairness.report import rendered as fairness_report
from bench.queries.asking import Answer
from bench.queries.plans import Access, Plan, accesses
from bench.queries.report import rendered as queries_report
from bench.queries.report import wasteful, written


def cost(gateway: float) -> Cost:
    return Cost(seconds=2, gateway=gateway, postgres=0.1, rabbitmq=0.2)


def test_ratio_counts_the_insert_of_a_job_that_waits():
    assert Costs(direct=cost(0.2), insert=cost(0.05), dispatch=cost(0.2)).ratio == pytest.approx(1.25)


def test_dispatch_report_tells_the_median_of_the_ratios_and_the_verdict():
    runs = [Costs(cost(0.2), cost(0.02), cost(dispatch)) for dispatch in (0.2, 0.3, 0.18)]
    text = dispatch_report("Here.", 1_000, runs)
    assert "at most 1.2 | 1.10 | 1.10, 1.60, 1.00 | met |" in text
    assert "| published at once: request → confirmed | 0.200 | 0.100 | 0.200 | 500 |" in text
    assert "| missed |" in dispatch_report("Here.", 1_000, [Costs(cost(0.2), cost(0.02), cost(0.3))])


def test_delay_is_that_of_the_slowest_probe_over_an_idle_system():
    idle = [Probe(milliseconds, 0) for milliseconds in (210.0, 250.0, 900.0)]
    scenario = Scenario("a job", "it is delayed", idle, [Probe(400.0, 9_000), Probe(2_300.0, 10_000)])
    text = fairness_report("Here.", [scenario])
    assert scenario.delay == 2_050
    assert "| a job, idle system | 250 | 900 | none |" in text
    assert "| a job, beside the backlog | 1350 | 2300 | 9,000 to 10,000 |" in text
    assert "| it is delayed: at most 2,000 ms | 2,050 ms | missed |" in text


def access(step: str, table: str, removed: float = 0) -> Access:
    return Access(step, table, "" if step == "Seq Scan" else "an_index", rows=1, loops=1, removed=removed, blocks=2)


@pytest.mark.parametrize(
    ("found", "is_wasteful"),
    [
        (access("Index Scan", "jobs"), False),
        (access("Seq Scan", "holds"), False),
        (access("Seq Scan", "job_log"), True),
        (access("Index Scan", "jobs", removed=5_000), True),
    ],
)
def test_growing_tables_are_neither_read_whole_nor_much_in_vain(found: Access, is_wasteful: bool):
    answers = [Answer("LOCK", "a fold", Plan(1.0, 1, 2, (found,)))]
    assert wasteful(answers) == (["LOCK"] if is_wasteful else [])


def test_accesses_are_those_of_the_whole_plan_over_all_their_loops():
    scan = {
        "Node Type": "Index Scan",
        "Relation Name": "jobs",
        "Index Name": "jobs_pkey",
        "Actual Rows": 1.5,
        "Actual Loops": 4,
        "Rows Removed by Filter": 2,
        "Shared Hit Blocks": 7,
        "Shared Read Blocks": 1,
    }
    bitmap = {"Node Type": "Bitmap Index Scan", "Index Name": "jobs_due"}
    heap = {**scan, "Node Type": "Bitmap Heap Scan", "Index Name": None, "Plans": [bitmap]}
    top = {"Node Type": "Nested Loop", "Plans": [scan, {"Node Type": "Sort", "Plans": [heap]}]}
    assert list(accesses(top)) == [
        Access("Index Scan", "jobs", "jobs_pkey", rows=6, loops=4, removed=8, blocks=8),
        Access("Bitmap Heap Scan", "jobs", "jobs_due", rows=6, loops=4, removed=8, blocks=8),
    ]


def test_queries_are_written_with_their_indexes(tmp_path: Path):
    plan = Plan(1.234, 5, 2_000, (access("Index Scan", "jobs"), access("Seq Scan", "holds")))
    text = queries_report("Here.", "two jobs", [Answer("LOCK", "a fold", plan)])
    written(text, tmp_path / "queries.md")
    assert "| `LOCK` | a fold | 1.23 | 5 | 2,000 | `an_index` |" in text
    assert "rows read in vain: none." in text
    assert (tmp_path / "queries.md").read_text() == text
