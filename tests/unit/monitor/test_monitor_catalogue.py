"""`docs/metrics.md` names every metric of the monitor, with its type and labels."""

import re
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from pressroom_common.telemetry import Metrics
from pressroom_monitor.measures import FoldMetrics, JobMetrics, StateMetrics

CATALOGUE = Path(__file__).parents[3] / "docs" / "metrics.md"
LINE = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>[\w, ]*)\|", re.MULTILINE)

Line = tuple[str, str, tuple[str, ...]]


def test_every_metric_is_in_the_catalogue() -> None:
    """Sections of the monitor hold its metrics and no others."""
    text = CATALOGUE.read_text()
    sections = text[text.index("## Monitor") :]
    assert sorted(map(line, LINE.finditer(sections))) == sorted(registered())


def line(match: re.Match[str]) -> Line:
    labels = tuple(label.strip() for label in match["labels"].split(",") if label.strip())
    return match["name"], match["type"], labels


def registered() -> list[Line]:
    """What the monitor registers beside the metrics of the process itself."""
    metrics = Metrics()
    groups = (FoldMetrics(metrics), JobMetrics(metrics), StateMetrics(metrics))
    made = [value for group in groups for value in vars(group).values() if isinstance(value, MetricWrapperBase)]
    return [entry(metric) for metric in made]


def entry(metric: MetricWrapperBase) -> Line:
    (family,) = metric.describe()
    name = family.name.removeprefix("pressroom_")
    return name + ("_total" if family.type == "counter" else ""), family.type, tuple(metric._labelnames)
