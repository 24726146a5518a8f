"""The figures as a part of `docs/benchmarks.md`."""

from bench.bulk.runs import Loop, Run
from bench.document import Part, verdict

PART = Part("bulk", "python -m bench.bulk")
FASTER = 10.0
POST_SECONDS = 2.0
SHARE = 0.999
_MB = 1_000_000


def rendered(where: str, loop: Loop, quick: Run, flaky: Run, share: float) -> str:
    """`share` of the flaky run's calls that fail."""
    what = (
        "The gateway, two generators with 50 slots for the lane low, the monitor; the provider answers in 50 ms. A "
        "plain loop sends the same calls to the provider, one after another."
    )
    lines = [
        "## Many at once",
        "",
        f"{where} {what}",
        "",
        "| | items | seconds | a second | longest POST, s | idle, MB | peak, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
        f"| plain loop | {loop.calls:,} | {loop.seconds:.1f} | {1 / loop.each:.1f} | | | |",
        _line("batches", quick),
        _line(f"batches, {share:.0%} of the calls fail", flaky),
        "",
        "| aim | measured | |",
        "|---|---:|---|",
        *_aims(loop, quick, flaky),
    ]
    return "\n".join(lines)


def _aims(loop: Loop, quick: Run, flaky: Run) -> list[str]:
    faster = loop.each * quick.items / quick.seconds
    post = max(quick.posts + flaky.posts)
    limit = 1.2 * quick.idle + 100 * _MB
    completed = flaky.counts["completed"] / flaky.items
    silent = flaky.items - flaky.counts["completed"] - flaky.errors.total() + flaky.errors[""]
    reasons = ", ".join(f"{code} {jobs}" for code, jobs in flaky.errors.items()) or "none"
    return [
        _aim(f"{quick.items:,} items at least {FASTER:.0f} times as fast", f"{faster:.1f}", verdict(FASTER, faster)),
        _aim(f"1,000 items taken within {POST_SECONDS:.0f} s", f"{post:.2f} s", verdict(post, POST_SECONDS)),
        _aim(
            "memory of the services at most 1.2 of idle, and 100 MB",
            f"{quick.peak / _MB:.0f} of {limit / _MB:.0f} MB",
            verdict(quick.peak, limit),
        ),
        _aim(f"{SHARE:.1%} of {flaky.items:,} items completed", f"{completed:.2%}", verdict(SHARE, completed)),
        _aim(f"every other one has its reason ({reasons})", f"{silent} have none", verdict(silent, 0)),
    ]


def _aim(what: str, measured: str, verdict_: str) -> str:
    return f"| {what} | {measured} | {verdict_} |"


def _line(name: str, run: Run) -> str:
    return (
        f"| {name} | {run.items:,} | {run.seconds:.1f} | {run.items / run.seconds:.0f} | {max(run.posts):.2f} | "
        f"{run.idle / _MB:.0f} | {run.peak / _MB:.0f} |"
    )
