"""Old jobs go from the gateway, and their runs from the generator, over the real broker."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from integration.delivery.processes import eventually
from integration.delivery.system import System
from pressroom_devstack.infrastructure import Infrastructure

MONTH = 31 * 86_400.0
AGE = """
UPDATE gateway.jobs SET completed_at = completed_at - make_interval(secs => $2),
    published_at = published_at - make_interval(secs => $2) WHERE id = ANY($1)
"""
TABLES = ("generator.runs", "generator.calls")


@pytest.fixture
async def system(infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """Of its own: the others remember every call that their provider had."""
    own = System(infrastructure, tmp_path_factory.mktemp("retention") / "system")
    await own.start()
    await own.provider.behaves()
    yield own
    await own.stop()


async def test_old_jobs_go_with_their_runs_and_fresh_and_unfinished_ones_stay(system: System) -> None:
    worker = await system.start_worker()
    old = await system.submit(*(f"Write about dust {n}" for n in range(5)))
    fresh = await system.submit("Write about bread")
    for id_ in (*old, *fresh):
        await system.is_(id_, "completed")
    unfinished = await system.submit("Write about hope", run_at="2099-01-01T00:00:00Z")
    await _age(system, [*old, *unfinished])
    assert await _left(system, old) == {"gateway.jobs": 5, "generator.runs": 5, "generator.calls": 5}

    worker.kill()  # the directive waits in its queue until a worker is there again
    await system.start_gateway("gateway-2", "pressroom_gateway", retention_sweep_seconds=0.2)

    async def are_gone() -> bool:
        return (await _left(system, old))["gateway.jobs"] == 0

    await eventually(are_gone, "the old jobs are deleted")
    assert (await _left(system, old))["generator.runs"] == 5
    await system.start_worker("generator-2")

    async def nothing_is_left() -> bool:
        return not any((await _left(system, old)).values())

    await eventually(nothing_is_left, "their runs are deleted")
    assert await _left(system, fresh) == {"gateway.jobs": 1, "generator.runs": 1, "generator.calls": 1}
    assert await system.status(unfinished[0]) == "scheduled"
    async with system.client() as http:
        await http.post(f"/v1/jobs/{unfinished[0]}/cancel")
        assert (await http.get(f"/v1/jobs/{old[0]}")).status_code == 404


async def _age(system: System, ids: list[UUID]) -> None:
    connection = await asyncpg.connect(system.database_url)
    await connection.execute(AGE, ids, MONTH)
    await connection.close()


async def _left(system: System, ids: list[UUID]) -> dict[str, int]:
    """How many rows tell of these jobs."""
    connection = await asyncpg.connect(system.database_url)
    counts = {"gateway.jobs": await connection.fetchval("SELECT count(*) FROM gateway.jobs WHERE id = ANY($1)", ids)}
    for table in TABLES:
        counts[table] = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE job_id = ANY($1)", ids)
    await connection.close()
    return counts
