"""The plans as `docs/queries.md`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.queries.asking import Answer
from bench.queries.plans import RUNS, Access
from bench.stack import TESTS

DOCUMENT = TESTS.parent / "docs/queries.md"
GROWING = {"jobs", "job_log", "parked", "audit"}
"""Tables that are never read whole."""
IN_VAIN = 1_000
"""Rows that a statement may look at without using them."""


def rendered(where: str, filled: str, answers: Sequence[Answer]) -> str:
    parts = [
        "# Queries",
        (
            "How PostgreSQL runs what the gateway asks it again and again: written by `python -m bench.queries`, in "
            f"`tests`. {where}"
        ),
        (
            f"The ledger: {filled}. Each statement with the parameters that the gateway's own code gave it, prepared, "
            f"and run {RUNS} times: the median of the execution times, and the last plan, shortened to how it comes to "
            "its rows. Blocks are pages of 8 KB, found in memory or read."
        ),
        _overview(answers),
        f"A growing table read whole, or over {IN_VAIN:,} rows read in vain: {', '.join(wasteful(answers)) or 'none'}.",
        *_plans(answers),
    ]
    return "\n\n".join(parts) + "\n"


def wasteful(answers: Sequence[Answer]) -> list[str]:
    """Statements that read what they should not."""
    return [answer.statement for answer in answers if any(_is_wasteful(access) for access in answer.plan.accesses)]


def written(text: str, path: Path = DOCUMENT) -> None:
    path.write_text(text)


def _is_wasteful(access: Access) -> bool:
    whole = access.step == "Seq Scan" and access.table in GROWING
    return whole or access.removed > IN_VAIN


def _overview(answers: Sequence[Answer]) -> str:
    lines = ["| statement | asked for | ms | rows | blocks | indexes |", "|---|---|---:|---:|---:|---|"]
    for answer in answers:
        plan = answer.plan
        indexes = ", ".join(dict.fromkeys(f"`{access.index}`" for access in plan.accesses if access.index))
        lines.append(
            f"| `{answer.statement}` | {answer.purpose} | {plan.milliseconds:.2f} | {plan.rows:.0f} "
            f"| {plan.blocks:,} | {indexes} |"
        )
    return "\n".join(lines)


def _plans(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.plan.accesses:
            yield f"## {answer.statement}: {answer.purpose.replace('`', '')}"
            yield _table(answer.plan.accesses)


def _table(accesses: Sequence[Access]) -> str:
    lines = ["| step | rows | times | read in vain | blocks |", "|---|---:|---:|---:|---:|"]
    for access in accesses:
        step = f"{access.step}, `{access.index or access.table}`"
        found = f"{access.rows:,.0f} | {access.loops:,} | {access.removed:,.0f} | {access.blocks:,}"
        lines.append(f"| {step} | {found} |")
    return "\n".join(lines)
