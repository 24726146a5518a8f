"""Exports with very many tasks, and very large ones, that change: on a database that has many others."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import pytest

from integration.zuora_sync.conftest import service_url
from integration.zuora_sync.desk import TENANT, VAULT, Desk, database
from pressroom_common.ids import uuid7
from pressroom_common.migrations.runner import migrate
from pressroom_devstack.fake_zuora import FakeZuora
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.syncing.preparing import extracted, prepared
from pressroom_zuora_sync.syncing.records import Beginning, Fence, StoredExport, Waiting
from pressroom_zuora_sync.zuora.records import Exported, ListedWorkflow, Page

MANY = 4000
"""Other workflows, of 20 tasks each: a planner that knows of them plans otherwise than on an empty table."""
_OTHERS = (
    """INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name)
    SELECT gen_random_uuid(), $1, $2, 1000 + i, 'other' FROM generate_series(1, $3::integer) i""",
    """INSERT INTO tasks (workflow_id, zuora_task_id, tenant_id, environment_id, name, action_type, details)
    SELECT id, i, $1, $2, 'other', 'If', '{}' FROM workflows, generate_series(1, 20 + 0 * $3::integer) i""",
    """INSERT INTO linkages (workflow_id, position, linkage_type, target_task_id)
    SELECT id, i, 'Success', i FROM workflows, generate_series(1, 20 + 0 * $3::integer) i
    WHERE (tenant_id, environment_id) = ($1, $2)""",
)
_RUN = """INSERT INTO runs (job_id, tenant_id, kind, attempt, claim, n, claims, dispatch, state, holder, traceparent,
        lease_until, started_at, updated_at)
    VALUES (:id, :tenant_id, 'zuora.sync', 1, 1, 1, 1, 1, 'running', 'x', '', now() + interval '1 hour', now(),
        now())"""


@pytest.fixture(scope="module")
async def full_desk(infrastructure: Infrastructure, zuora_process: FakeZuora) -> AsyncIterator[Desk]:
    owner = await asyncio.to_thread(infrastructure.fresh_database, "zuora_sync_sizes")
    await asyncio.to_thread(migrate, SCHEMA, owner, service_url(owner))
    async with database(service_url(owner)) as rows:
        desk = Desk(rows, zuora_process)
        environment_id = await desk.environment("others")
        connection = await asyncpg.connect(owner, server_settings={"search_path": SCHEMA.name})
        for statement in _OTHERS:
            await connection.execute(statement, TENANT, environment_id, MANY)
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
        yield desk


def export(tasks: int, size: int, name: str) -> Exported:
    """Of so many tasks of about so many bytes each, that are linked one after the other."""
    made = [
        {"id": id_, "name": name, "action_type": "If", "parameters": {"x": "y " * (size // 2)}}
        for id_ in range(1, tasks + 1)
    ]
    links = [
        {"linkage_type": name, "source_task_id": id_ - 1 or None, "target_task_id": id_} for id_ in range(1, tasks + 1)
    ]
    return Exported(msgspec.json.encode({"workflow": {"id": 1, "name": name}, "tasks": made, "linkages": links}))


async def begun(desk: Desk, environment_id: UUID) -> tuple[Fence, Waiting]:
    """A sync that runs, and the one workflow that it listed."""
    await desk.rows(_RUN, id=(job_id := uuid7()), tenant_id=TENANT)
    beginning = Beginning(
        job_id=job_id,
        tenant_id=TENANT,
        environment_id=environment_id,
        attempt=1,
        claim=1,
        epoch=1,
        full=True,
        dry_run=False,
    )
    fence = (await desk.syncs.begin(beginning)).fence
    page = Page(number=1, items=(ListedWorkflow(zuora_id=7, name="seven"),), last=True)
    [waiting] = await desk.syncs.keep_page(fence, page)
    return fence, waiting


async def names(desk: Desk, workflow_id: UUID) -> list[tuple[str, int]]:
    """Of the tasks, and of the links."""
    statements = (
        "SELECT name, count(*) FROM tasks WHERE workflow_id = :id GROUP BY name",
        "SELECT linkage_type, count(*) FROM linkages WHERE workflow_id = :id GROUP BY linkage_type",
    )
    return [tuple(row) for statement in statements for row in await desk.rows(statement, id=workflow_id)]


@pytest.mark.parametrize(
    ("tasks", "size", "seconds"), [(2000, 100, 2.5), (5000, 50, 5.0), (200, 150_000, 10.0)], ids=str
)
async def test_an_export_that_changed_is_stored_and_extracted_as_fast_as_a_new_one(
    full_desk: Desk, tasks: int, size: int, seconds: float
) -> None:
    """Every task of 5,000 once took its whole export along: 12 GB of temporary files, and never an end."""
    desk = full_desk
    fence, waiting = await begun(desk, await desk.environment("heavy"))
    first = prepared(waiting, export(tasks, size, "before"), VAULT, dry_run=False)
    await desk.syncs.write(fence, [first])
    known = Waiting(listed=waiting.listed, id=waiting.id, version=1, hash=first.written.hash)
    changed = prepared(known, export(tasks - 1, size, "after"), VAULT, dry_run=False)
    began = time.perf_counter()
    await desk.syncs.write(fence, [changed])
    assert time.perf_counter() - began < seconds
    assert await names(desk, waiting.id) == [("after", tasks - 1), ("after", tasks - 1)]
    await desk.rows("UPDATE tasks SET name = 'old' WHERE workflow_id = :id", id=waiting.id)
    stored = StoredExport(
        id=waiting.id,
        zuora_id=7,
        name="seven",
        description="",
        version=2,
        raw=changed.raw,
        key_id=changed.written.key_id,
    )
    again = extracted(stored, VAULT)
    began = time.perf_counter()
    assert await desk.syncs.extract(fence, [again]) == (1, tasks - 1)
    assert time.perf_counter() - began < seconds
    assert await names(desk, waiting.id) == [("after", tasks - 1), ("after", tasks - 1)]
