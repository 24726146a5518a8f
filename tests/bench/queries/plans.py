"""How PostgreSQL runs a statement: as a prepared one that has been run before, as the services' statements are."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
import msgspec

from bench.queries.recording import Call
from pressroom_common.database import compiled

RUNS = 8
"""From the sixth on PostgreSQL may use a plan that holds for any parameters; the last plan is told."""


@dataclass(frozen=True)
class Access:
    """One way to the rows of a table, as a step of a plan."""

    step: str
    table: str
    index: str
    rows: float
    """That it found, in all its loops."""
    loops: int
    removed: float
    """Rows that it looked at in vain."""
    blocks: int


@dataclass(frozen=True)
class Plan:
    milliseconds: float
    """The median of some runs."""
    rows: float
    blocks: int
    accesses: tuple[Access, ...]


async def plan_of(connection: asyncpg.Connection, call: Call) -> Plan:
    """Runs the statement some times, and takes back what it did."""
    sql, names = compiled(call.statement)
    given = f"({', '.join(_literal(call.parameters[name]) for name in names)})" if names else ""
    await connection.execute(f"PREPARE asked AS {sql}")
    try:
        found = [await _explained(connection, f"EXECUTE asked{given}") for _ in range(RUNS)]
    finally:
        await connection.execute("DEALLOCATE asked")
    top = found[-1]["Plan"]
    return Plan(
        milliseconds=median(each["Execution Time"] for each in found[2:]),
        rows=top["Actual Rows"],
        blocks=max(_blocks(top), sum(_written_blocks(top))),
        accesses=tuple(accesses(top)),
    )


async def _explained(connection: asyncpg.Connection, statement: str) -> Any:
    transaction = connection.transaction()
    await transaction.start()
    try:
        told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
    finally:
        await transaction.rollback()
    return msgspec.json.decode(told)[0]


def accesses(node: dict[str, Any]) -> Iterator[Access]:
    """Depth first, in the order of the plan."""
    if "Relation Name" in node and node["Node Type"] != "ModifyTable":
        loops = node["Actual Loops"]
        yield Access(
            step=node["Node Type"],
            table=node["Relation Name"],
            index=node.get("Index Name") or _bitmap_index(node),
            rows=node["Actual Rows"] * loops,
            loops=loops,
            removed=node.get("Rows Removed by Filter", 0) * loops,
            blocks=_blocks(node),
        )
    for child in node.get("Plans", []):
        yield from accesses(child)


def _written_blocks(node: dict[str, Any]) -> Iterator[int]:
    """Of each table that is written: a write that nothing reads is counted nowhere above it."""
    if node["Node Type"] == "ModifyTable":
        yield _blocks(node)
    for child in node.get("Plans", []):
        yield from _written_blocks(child)


def _bitmap_index(node: dict[str, Any]) -> str:
    """Of the index scans below, where the rows come from a bitmap."""
    return ", ".join(child["Index Name"] for child in node.get("Plans", []) if "Index Name" in child)


def _blocks(node: dict[str, Any]) -> int:
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def _literal(value: Any) -> str:
    """PostgreSQL finds the type of a quoted literal by its place."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        value = "{" + ",".join(map(str, value)) + "}"
    return "'" + str(value).replace("'", "''") + "'"
