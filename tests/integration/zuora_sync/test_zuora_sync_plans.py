"""What is asked again and again finds its rows by an index, however many others there are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from sqlalchemy import TextClause

from integration.zuora_sync.conftest import service_url
from integration.zuora_sync.desk import TENANT
from pressroom_common.database import compiled
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.customers.statements import ENVIRONMENTS
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.retention.statements import DELETE_VERSIONS
from pressroom_zuora_sync.syncing.statements import BEGIN, DROP_CHECKPOINTS, END_ALL

_FILL = (
    "INSERT INTO customers (id, tenant_id, name) VALUES ($1, $1, 'a')",
    """INSERT INTO environments (id, tenant_id, customer_id, name, base_url, client_id, secret, key_id)
    SELECT CAST(lpad(e::text, 32, '0') AS uuid), $1, $1, e, '', '', '', '' FROM generate_series(1, 20) e""",
    """INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name, version)
    SELECT gen_random_uuid(), $1, e.id, n, 'w', 1 + n / 499 * 60 FROM environments e, generate_series(1, 500) n""",
    """INSERT INTO versions (workflow_id, number, hash, raw, key_id, bytes, redacted, exported_at)
    SELECT w.id, n, '', '', '', 0, '{}', now() - interval '2 years' FROM workflows w, generate_series(1, w.version) n
    WHERE w.tenant_id = $1""",
    """INSERT INTO syncs (job_id, tenant_id, environment_id, "full", dry_run, attempt, claim, epoch, state, ended_at)
    SELECT gen_random_uuid(), $1, e.id, false, false, 1, 1, 1, 'completed', now()
    FROM environments e, generate_series(1, 1000)""",
    """INSERT INTO runs (job_id, tenant_id, kind, attempt, claim, n, claims, dispatch, state, lease_until, updated_at)
    SELECT job_id, $1, 'zuora.sync', 1, 1, 1, 1, 1, 'completed', now(), now() FROM syncs""",
    """INSERT INTO runs (job_id, tenant_id, kind, attempt, claim, n, claims, dispatch, state, lease_until, updated_at)
    VALUES (CAST(lpad('77', 32, '0') AS uuid), $1, 'zuora.sync', 1, 1, 1, 1, 1, 'running', now(), now())""",
)
_GROWING = {"runs", "syncs", "sync_items", "versions", "workflows"}
BEGINNING = {
    "job_id": UUID("77".zfill(32)),
    "tenant_id": TENANT,
    "environment_id": UUID("7".zfill(32)),
    "attempt": 1,
    "claim": 1,
    "epoch": 1,
    "full": False,
    "dry_run": False,
    "full_seconds": 60.0,
}


@pytest.fixture(scope="module")
async def full(infrastructure: Infrastructure) -> AsyncIterator[Any]:
    """A connection to a database with 20 environments, each with 500 workflows and 1,000 syncs."""
    owner = await asyncio.to_thread(infrastructure.fresh_database, "zuora_sync_plans")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    connection = await asyncpg.connect(owner, server_settings={"search_path": SCHEMA.name})
    for statement in _FILL:
        await connection.execute(statement, TENANT)
    await connection.execute("VACUUM ANALYZE")
    yield connection
    await connection.close()


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from steps(inner)


async def planned(connection: Any, statement: TextClause, **parameters: Any) -> list[dict[str, Any]]:
    """How it came to its rows; what it changed is undone."""
    sql, names = compiled(statement)
    transaction = connection.transaction()
    await transaction.start()
    told = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *(parameters[name] for name in names))
    await transaction.rollback()
    return list(steps(msgspec.json.decode(told)[0]["Plan"]))


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (END_ALL, {}),
        (DROP_CHECKPOINTS, {"count": 20}),
        (BEGIN, BEGINNING),
        (ENVIRONMENTS, {"tenant_id": TENANT, "customer_id": None, "customer": None}),
        (DELETE_VERSIONS, {"seconds": 60.0, "kept": 50, "limit": 100}),
    ],
    ids=["ended syncs", "useless checkpoints", "beginning", "environments", "old versions"],
)
async def test_no_table_that_grows_is_read_whole(full: Any, statement: TextClause, parameters: dict[str, Any]) -> None:
    plan = await planned(full, statement, **parameters)
    read = {step["Relation Name"]: step for step in plan if step["Node Type"] == "Seq Scan"}
    assert not {name for name, step in read.items() if name in _GROWING and step["Actual Rows"] > 0}
    assert all(step.get("Rows Removed by Filter", 0) < 100 for step in plan)


async def test_workflows_are_counted_in_the_index_alone(full: Any) -> None:
    plan = await planned(full, ENVIRONMENTS, tenant_id=TENANT, customer_id=None, customer=None)
    [count] = [step for step in plan if step.get("Relation Name") == "workflows"]
    assert (count["Node Type"], count["Index Name"]) == ("Index Only Scan", "workflows_alive")
