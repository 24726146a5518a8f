"""A customer goes in steps that are short, however much there is of it; who is cut off leaves what is whole."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause

from integration.zuora_sync.desk import TENANT, Desk
from pressroom_common.database import Database
from pressroom_common.errors import Unavailable
from pressroom_devstack.fake_zuora import AccountSpec
from pressroom_zuora_sync.customers import clearing
from pressroom_zuora_sync.customers.repository import PostgresCustomers, PostgresEnvironments

WORKFLOWS, VERSIONS = 60, 5
_FILL = """
WITH made AS (
    INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name, version)
    SELECT gen_random_uuid(), :tenant_id, :environment_id, n, 'w', :versions
    FROM generate_series(1, CAST(:workflows AS integer)) n RETURNING id
), of_it AS (
    INSERT INTO tasks (workflow_id, zuora_task_id, tenant_id, environment_id, name, action_type, details)
    SELECT id, n, :tenant_id, :environment_id, 't', 'If', '{}' FROM made, generate_series(1, 3) n
)
INSERT INTO versions (workflow_id, number, hash, raw, key_id, bytes, redacted)
SELECT id, n, '', '', 'key-1', 0, '{}' FROM made, generate_series(1, CAST(:versions AS integer)) n
"""


class Door:
    """To the database: notes how many rows each statement deletes, and closes after so many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.deleted: list[int] = []
        self.most: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def execute(self, statement: TextClause, **parameters: Any) -> int:
        if self.most is not None and len(self.deleted) >= self.most:
            raise Unavailable("cut off")
        self.deleted.append(deleted := await self._database.execute(statement, **parameters))
        return deleted


@pytest.fixture
def door(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(clearing, "VERSIONS", 50)
    monkeypatch.setattr(clearing, "WORKFLOWS", 20)
    return Door(desk.database)


async def customer(desk: Desk) -> tuple[UUID, UUID]:
    """With two environments that have something, the older one; ids."""
    older = await desk.environment("older")
    [row] = await desk.rows("SELECT customer_id FROM environments WHERE id = :id", id=older)
    younger = await desk.environment("younger")
    await desk.rows("UPDATE environments SET customer_id = :to, name = 'b' WHERE id = :id", to=row[0], id=younger)
    for id_ in (older, younger):
        await desk.rows(_FILL, tenant_id=TENANT, environment_id=id_, workflows=WORKFLOWS, versions=VERSIONS)
    return row[0], older


async def counts(desk: Desk, customer_id: UUID) -> tuple[int, int, int]:
    """Of environments, workflows, and those of them that have their newest version."""
    [row] = await desk.rows(
        "SELECT count(DISTINCT e.id), count(w.id), count(v.number) FROM environments e "
        "LEFT JOIN workflows w ON w.environment_id = e.id "
        "LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = w.version WHERE e.customer_id = :id",
        id=customer_id,
    )
    return tuple(row)


async def test_a_customer_goes_in_steps_of_a_few_rows(desk: Desk, door: Door) -> None:
    customer_id, _ = await customer(desk)
    assert await PostgresCustomers(door).delete(TENANT, customer_id)  # type: ignore[arg-type]
    of_an_environment = [50] * 4 + [40, 0] + [20] * 3 + [0, 1]
    assert door.deleted == [*of_an_environment, *of_an_environment, 1]
    assert await counts(desk, customer_id) == (0, 0, 0)


@pytest.mark.parametrize("steps", [2, 8, 12])
async def test_a_deletion_that_is_cut_off_leaves_whole_workflows_and_goes_on_when_it_is_repeated(
    desk: Desk, door: Door, steps: int
) -> None:
    customer_id, _ = await customer(desk)
    door.most = steps
    with pytest.raises(Unavailable):
        await PostgresCustomers(door).delete(TENANT, customer_id)  # type: ignore[arg-type]
    environments, workflows, whole = await counts(desk, customer_id)
    assert (environments, workflows) == {2: (2, 120), 8: (2, 80), 12: (1, 60)}[steps]
    assert whole == workflows
    door.most = None
    assert await PostgresCustomers(door).delete(TENANT, customer_id)  # type: ignore[arg-type]
    assert await counts(desk, customer_id) == (0, 0, 0)


async def test_what_another_tenant_has_is_not_touched(desk: Desk, door: Door) -> None:
    customer_id, older = await customer(desk)
    assert not await PostgresCustomers(door).delete(UUID(int=9), customer_id)  # type: ignore[arg-type]
    assert not await PostgresEnvironments(door).delete(UUID(int=9), older)  # type: ignore[arg-type]
    assert await counts(desk, customer_id) == (2, 2 * WORKFLOWS, 2 * WORKFLOWS)


@pytest.mark.parametrize("exported", [1, 40])
async def test_an_environment_goes_beside_a_sync_of_it(desk: Desk, door: Door, exported: int) -> None:
    await desk.zuora.seed(AccountSpec(client_id="busy", workflows=200, tasks=2))
    environment_id = await desk.environment("busy")
    await desk.zuora.behaves(latency_ms=20)
    job = desk.sync(environment_id)
    running = asyncio.create_task(job.run())
    await job.has("exported", exported)
    assert await PostgresEnvironments(door).delete(TENANT, environment_id)  # type: ignore[arg-type]
    assert (await running).error == ("environment_gone", "permanent")
    assert await desk.value("SELECT count(*) FROM workflows WHERE environment_id = :id", id=environment_id) == 0
    await desk.zuora.behaves(latency_ms=0)
