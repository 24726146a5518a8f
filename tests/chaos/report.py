"""What a run has shown: for the terminal, and as the section of `docs/chaos.md` that the last run owns."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

import msgspec

from chaos.checker import lost_measures
from chaos.story import Outcome
from integration.delivery.rows import Rows

BEGIN, END = "<!-- chaos: begin (written by `make chaos-smoke`) -->", "<!-- chaos: end -->"
MOST_VIOLATIONS, MOST_JOBS = 50, 8
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rendered(outcome: Outcome, date: str, machine: str, command: str) -> str:
    return table(_figures(outcome), date, machine, command)


def table(figures: Iterable[tuple[str, str]], date: str, machine: str, command: str) -> str:
    """A section of the page."""
    lines = [
        f"Run on {date}: {machine}. Command: `{command}`.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in figures),
    ]
    return "\n".join(lines)


def _figures(outcome: Outcome) -> Iterator[tuple[str, str]]:
    rows, done = outcome.evidence.rows, outcome.done
    jobs = Counter[str](job.status for job in rows.jobs.values())
    calls = Counter(str(call.outcome) for call in rows.all_calls)
    second = sum(len(calls) - 1 for calls in rows.second_calls())
    yield "seed", str(outcome.plan.seed)
    yield "seconds", f"{outcome.seconds:.0f}"
    yield "jobs", f"{len(rows.jobs):,}: {counted(jobs)}"
    yield "HTTP answers", f"{len(outcome.evidence.answers):,}: {counted(_codes(outcome))}"
    yield "what people did", counted(_asked(outcome))
    yield "what administrators did by filter", _bulks(outcome)
    yield "streams of sync requests", _streams(outcome)
    yield "faults", counted(done.faults)
    yield "when the broker lost its data", f"{done.queued} commands queued, {done.running} calls running"
    yield "calls", f"{len(rows.all_calls):,}: {counted(calls)}"
    yield "second calls", f"{second}; in flight at kills and stops of generators, and so allowed: {len(done.in_flight)}"
    yield "marked as possible double charges", str(sum(call.possible_double_charge for call in rows.all_calls))
    yield "runs whose measures went with the broker's data", str(lost_measures(outcome.evidence))
    yield "processes that ended by themselves", counted(outcome.ended_alone) or "none"
    yield "**violations**", f"**{len(outcome.violations) or 'none'}**"


def _bulks(outcome: Outcome) -> str:
    told = outcome.evidence.bulks
    times = Counter(f"{answer.bulk.action}" for answer in told)
    jobs = {action: sum(answer.done for answer in told if answer.bulk.action == action) for action in times}
    return ", ".join(f"{count} {action} of {jobs[action]:,} jobs" for action, count in sorted(times.items()))


def _streams(outcome: Outcome) -> str:
    follows = outcome.evidence.follows
    ends = Counter(follow.outcome for follow in follows)
    connections = sum(follow.answers[200] for follow in follows)
    torn = sum(follow.torn for follow in follows)
    return f"{len(follows):,}: {counted(ends)}; over {connections:,} connections, of which {torn:,} broke"


def _codes(outcome: Outcome) -> Counter[str]:
    return Counter(str(answer.code) for answer in outcome.evidence.answers)


def _asked(outcome: Outcome) -> Counter[str]:
    return Counter(
        f"{answer.asked} ({answer.code})"
        for answer in outcome.evidence.answers
        if answer.asked not in {"submit", "show", "list"} and answer.code != 503
    )


def counted(counts: Mapping[str, int]) -> str:
    """In words."""
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


def accused(outcome: Outcome) -> str:
    """The violations, and all rows of the first jobs that they name."""
    found = outcome.violations
    lines = [f"{len(found)} violations:", *(f"- {words}" for words in found[:MOST_VIOLATIONS])]
    named = dict.fromkeys(id_ for words in found for id_ in _ID.findall(words))
    jobs = [UUID(id_) for id_ in named if UUID(id_) in outcome.evidence.rows.jobs]
    for id_ in jobs[:MOST_JOBS]:
        lines += ["", *_rows_of(outcome.evidence.rows, id_)]
    return "\n".join(lines)


def _rows_of(rows: Rows, id_: UUID) -> Iterator[str]:
    yield f"job   {_text(rows.jobs[id_])}"
    yield from (f"log   {_text(entry)}" for entry in rows.log.get(id_, []))
    if id_ in rows.runs:
        yield f"run   {_text(rows.runs[id_])}"
    yield from (f"call  {_text(call)}" for call in rows.calls.get(id_, []))


def _text(row: object) -> str:
    return msgspec.json.encode(row).decode()
