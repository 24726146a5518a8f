"""The figures as a part of `docs/benchmarks.md`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.document import Part, verdict
from bench.figures import percentile
from bench.live.figures import Figures, medians_of, of_all
from bench.live.first_token import CONCURRENT, FirstTokens
from bench.live.metering import CLIENTS
from bench.live.polling import EVERY, POLLERS_OF_A_JOB, Polls
from bench.live.site import PASSTHROUGH
from bench.live.streams import Pace

PART = Part("live", "python -m bench.live")
OURS = ("gateway", "generator")


@dataclass
class Report:
    """What was measured so far."""

    first_pace: Pace
    pace: Pace
    streams: int
    first: FirstTokens = field(default_factory=FirstTokens)
    pressroom: list[Figures] = field(default_factory=list)
    passthrough: list[Figures] = field(default_factory=list)
    unlike: int = 0
    """Streams whose text was not the stored content."""
    polls: tuple[Polls, Polls] | None = None
    """With what the clients have already said, and without."""


def rendered(where: str, report: Report) -> str:
    parts = ["## Live", where, _first(report), _streams(report), _cores(report), _polls(report), _aims(report)]
    return "\n\n".join(parts)


def _first(report: Report) -> str:
    first = report.first
    what = (
        f"{len(first.through)} sync streams through the gateway, the broker and a generator, and as many calls of the "
        f"SDK alone, in alternating blocks; the provider's first token comes after {report.first_pace.latency_ms:g} ms."
    )
    lines = [
        f"### Time to the first text, {CONCURRENT} at a time",
        "",
        what,
        "",
        "| ms | p50 | p95 | p99 |",
        "|---|---:|---:|---:|",
        _percentiles("the SDK alone", first.direct),
        _percentiles("through Pressroom", first.through),
        f"| **added** | {_added(first, 0.5):.1f} | {_added(first, 0.95):.1f} | {_added(first, 0.99):.1f} |",
    ]
    return "\n".join(lines)


def _percentiles(title: str, times: Sequence[float]) -> str:
    return f"| {title} | {' | '.join(f'{percentile(times, share):.1f}' for share in (0.5, 0.95, 0.99))} |"


def _added(first: FirstTokens, share: float) -> float:
    return percentile(first.through, share) - percentile(first.direct, share)


_ROWS: list[tuple[str, Callable[[Figures], float], str]] = [
    ("wall, of a single stream's time", lambda f: f.wall, ".2f"),
    ("lag of a token p50, ms", lambda f: f.lag_p50, ".0f"),
    ("lag of a token p99, ms", lambda f: f.lag_p99, ".0f"),
    ("deltas per token", lambda f: f.deltas, ".2f"),
]


def _streams(report: Report) -> str:
    ours, theirs, pace = medians_of(report.pressroom), medians_of(report.passthrough), report.pace
    what = (
        f"One gateway and two generators; beside it one process that hands on what the SDK streams. {pace.tokens} "
        f"tokens a stream, so that one takes {pace.ideal:.1f} s by itself; {len(report.pressroom)} alternating runs, "
        "medians. CPU with what it costs to begin and to end a stream, and while all flow."
    )
    runs = (
        f"Each run's wall: {_each(report.pressroom)} (Pressroom), {_each(report.passthrough)} (SDK handed on). "
        f"Streams with a gap or without an end: {ours.faults:.0f} and {theirs.faults:.0f}."
    )
    lines = [
        f"### {report.streams} streams of {pace.per_second:g} tokens a second at once",
        "",
        what,
        "",
        "| | Pressroom | SDK handed on | ratio |",
        "|---|---:|---:|---:|",
        *(_row(title, of(ours), of(theirs), form) for title, of, form in _ROWS),
        *_cpu_rows("CPU per delta, µs", ours.cpu, theirs.cpu),
        *_cpu_rows("the same per token", *(_per_token(figures) for figures in (ours, theirs))),
        *_cpu_rows("the same, while all streams flow", ours.steady, theirs.steady),
        "",
        runs,
    ]
    return "\n".join(lines)


def _row(title: str, ours: float, theirs: float, form: str) -> str:
    return f"| {title} | {ours:{form}} | {theirs:{form}} | {ours / theirs:.2f} |"


def _per_token(figures: Figures) -> dict[str, float]:
    return {name: cpu * figures.deltas for name, cpu in figures.cpu.items()}


def _cpu_rows(title: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[str]:
    return [
        _row(f"{title}: **all own processes**", of_all(ours, *OURS), of_all(theirs, PASSTHROUGH), ".1f"),
        f"| of these: gateway | {of_all(ours, 'gateway'):.1f} | | |",
        f"| of these: both generators | {of_all(ours, 'generator'):.1f} | | |",
    ]


def _each(runs: Sequence[Figures]) -> str:
    return ", ".join(f"{run.wall:.2f}" for run in runs)


_SHARES: list[tuple[str, str]] = [
    ("gateway", "gateway"),
    ("both generators", "generator"),
    ("SDK handed on", PASSTHROUGH),
    ("monitor", "monitor"),
    ("RabbitMQ", "rabbitmq"),
    ("PostgreSQL", "postgres"),
    ("the fake provider", "provider"),
    ("the clients", CLIENTS),
]


def _cores(report: Report) -> str:
    ours, theirs = medians_of(report.pressroom).cores, medians_of(report.passthrough).cores
    lines = [
        "All of them share the machine:",
        "",
        "| cores kept busy by | Pressroom | SDK handed on |",
        "|---|---:|---:|",
        *(f"| {title} | {of_all(ours, role):.2f} | {of_all(theirs, role):.2f} |" for title, role in _SHARES),
        f"| all | {sum(ours.values()):.2f} | {sum(theirs.values()):.2f} |",
    ]
    return "\n".join(lines)


def _polls(report: Report) -> str:
    assert report.polls is not None
    tagged, untagged = report.polls
    lines = [
        f"### {tagged.pollers:,} clients who poll every {EVERY:g} s",
        "",
        f"`GET /v1/jobs/{{id}}/progress` of {tagged.pollers // POLLERS_OF_A_JOB} jobs that run.",
        "",
        "| | polls/s | answers | p99, ms | cores of the gateway | its CPU per poll, ms |",
        "|---|---:|---|---:|---:|---:|",
        _poll_row("with `If-None-Match`", tagged),
        _poll_row("without", untagged),
    ]
    return "\n".join(lines)


def _poll_row(title: str, polls: Polls) -> str:
    spent, count = polls.spent, polls.answers.total()
    answers = ", ".join(f"{number:,} x {status}" for status, number in polls.answers.most_common())
    return (
        f"| {title} | {count / spent.seconds:.0f} | {answers} | {percentile(polls.milliseconds, 0.99):.0f} "
        f"| {spent.cores('gateway'):.2f} | {spent.cpu['gateway'] / count * 1000:.2f} |"
    )


def _aims(report: Report) -> str:
    lines = ["### Aims", "", "| aim | measured | |", "|---|---:|---|"]
    for aim, measured, limit, form, unit in _measured_aims(report):
        lines.append(f"| {aim} | {measured:{form}}{unit} | {verdict(measured, limit)} |")
    return "\n".join(lines)


def _measured_aims(report: Report) -> list[tuple[str, float, float, str, str]]:
    ours, first = medians_of(report.pressroom), report.first
    assert report.polls is not None
    return [
        ("added time to the first text p50: at most 15 ms", _added(first, 0.5), 15, ".1f", " ms"),
        ("added time to the first text p99: at most 30 ms", _added(first, 0.99), 30, ".1f", " ms"),
        ("CPU per delta while all flow, generators: at most 70 µs", of_all(ours.steady, "generator"), 70, ".1f", " µs"),
        ("CPU per delta while all flow, gateway: at most 40 µs", of_all(ours.steady, "gateway"), 40, ".1f", " µs"),
        ("wall of all streams, of a single one's: at most 1.2", ours.wall, 1.2, ".2f", ""),
        ("streams whose text is not the stored content: none", report.unlike, 0, "d", ""),
        ("the gateway's cores for pollers: at most 0.3", report.polls[0].spent.cores("gateway"), 0.3, ".2f", ""),
    ]
