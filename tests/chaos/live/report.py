"""What a run has shown of live streams: for the terminal, and as the section of `docs/chaos.md` that it owns."""

from collections import Counter
from collections.abc import Iterator, Sequence

from chaos.live.follower import Follow
from chaos.live.judgement import is_exact, surplus_calls
from chaos.live.story import LiveOutcome
from chaos.report import counted, table

BEGIN, END = "<!-- live: begin (written by `make live-storm`) -->", "<!-- live: end -->"
MOST_VIOLATIONS = 50


def rendered(outcome: LiveOutcome, date: str, machine: str, command: str) -> str:
    return table(_figures(outcome), date, machine, command)


def _figures(outcome: LiveOutcome) -> Iterator[tuple[str, str]]:
    evidence = outcome.evidence
    rows, follows = evidence.rows, evidence.follows
    storm = follows[: outcome.storm_follows]
    jobs = Counter[str](job.status for job in rows.jobs.values())
    yield "seed", str(outcome.seed)
    yield "seconds", f"{outcome.seconds:.0f}, of which {outcome.storm_seconds:g} s storm"
    yield "jobs", f"{len(rows.jobs):,}: {counted(jobs)}"
    yield f"the storm: {outcome.clients} clients followed", f"{len(storm):,} times to the end: {_ends(storm)}"
    yield "of these by the stream of a sync `POST`", f"{sum(follow.by_post for follow in storm):,}"
    yield "connections in it", _connections(storm)
    yield "events, all in all", counted(sum((follow.transcript.counts for follow in follows), Counter[str]()))
    for trial in evidence.trials:
        yield trial.name, f"in mid-stream of {trial.met} clients; no text for {trial.longest_wait:.1f} s at most"
    results = [follow for follow in follows if follow.outcome == "result"]
    exact = sum(follow.job_id is not None and is_exact(follow, evidence.shown[follow.job_id]) for follow in results)
    yield "texts with the hash of the stored content", f"{exact:,} of {len(results):,}"
    yield "clients whose text was begun anew, by a claim that took over", str(sum(_begun_anew(follows)))
    yield "calls", f"{len(rows.all_calls):,} for {sum(job.attempt for job in rows.jobs.values()):,} attempts"
    yield "calls made again", f"{surplus_calls(rows)}; in flight at kills, and so allowed: {len(evidence.in_flight)}"
    yield "processes that the supervisor started again", counted(outcome.ended_alone) or "none"
    yield "**violations**", f"**{len(outcome.violations) or 'none'}**"


def _ends(follows: Sequence[Follow]) -> str:
    return counted(Counter(follow.outcome for follow in follows))


def _connections(follows: Sequence[Follow]) -> str:
    dropped = sum(follow.dropped for follow in follows)
    middle = sum(follow.in_the_middle for follow in follows)
    resumed = sum(follow.resumed for follow in follows)
    made = sum(follow.answers[200] for follow in follows)
    return (
        f"{made:,}; {dropped:,} dropped by their clients, {middle:,} of them in the middle of an event; "
        f"{resumed:,} made with Last-Event-ID, {made - resumed:,} without"
    )


def _begun_anew(follows: Sequence[Follow]) -> Iterator[bool]:
    return (len(set(follow.transcript.claims)) > 1 for follow in follows)


def accused(outcome: LiveOutcome) -> str:
    found = outcome.violations
    return "\n".join([f"{len(found)} violations:", *(f"- {words}" for words in found[:MOST_VIOLATIONS])])
