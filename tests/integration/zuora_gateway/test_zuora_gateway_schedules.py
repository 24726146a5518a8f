"""Syncs that come again: one job for each slot, however many gateways there are, and whatever was missed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import pytest

from integration.delivery.processes import eventually
from integration.gateway.clients import Client, Clients, Tenant
from integration.zuora_gateway.zuora_sync_double import ZuoraSyncDouble

PATH = "/v1/zuora/schedules"


class Keeper:
    """A tenant-admin with schedules, who can turn back their clocks."""

    def __init__(self, client: Client, tenant_id: str, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection) -> None:
        self.client = client
        self.tenant_id = tenant_id
        self._zuora_sync = zuora_sync
        self._rows = rows

    async def schedule(self, **wish: Any) -> dict[str, Any]:
        environment = str(self._zuora_sync.environment(self.tenant_id))
        given = {"environment_id": environment, "cron": "0 * * * *", "jitter_seconds": 0}
        return await self.client.made(PATH, given | wish)

    async def shown(self, schedule: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"{PATH}/{schedule['id']}")).json()
        return found

    async def was_due(self, ago: timedelta, *schedules: dict[str, Any], last_job: str | None = None) -> None:
        """As if nothing had looked at them since."""
        await self._rows.execute(
            "UPDATE gateway.schedules SET slot = date_trunc('hour', now() - $2::interval), last_job_id = $3, "
            "next_at = date_trunc('hour', now() - $2::interval) WHERE id = ANY($1::uuid[])",
            [UUID(each["id"]) for each in schedules],
            ago,
            None if last_job is None else UUID(last_job),
        )

    async def jobs(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.client.get("/v1/jobs", limit=200)).json()["items"]
        return items

    async def end(self, job_id: str) -> None:
        await self._rows.execute("UPDATE gateway.jobs SET status = 'completed' WHERE id = $1", UUID(job_id))


@pytest.fixture
async def keeper(tenant: Tenant, zuora_sync: ZuoraSyncDouble, rows: asyncpg.Connection) -> Keeper:
    client = await tenant.client("tenant-admin")
    tenant_id = (await client.get("/v1/me")).json()["tenant"]["id"]
    return Keeper(client, tenant_id, zuora_sync, rows)


async def a_few_sweeps() -> None:
    await asyncio.sleep(0.5)


async def test_two_gateways_make_one_job_for_each_slot(keeper: Keeper):
    schedules = [await keeper.schedule() for _ in range(30)]
    await keeper.was_due(timedelta(hours=1), *schedules)

    async def all_came() -> bool:
        return len(await keeper.jobs()) >= 30

    await eventually(all_came, "every schedule made a job")
    await a_few_sweeps()
    jobs = await keeper.jobs()
    assert len(jobs) == 30
    assert {job["created_by"] for job in jobs} == {f"schedule:{each['id']}" for each in schedules}
    assert {(job["priority"], job["kind"]) for job in jobs} == {("low", "zuora.sync")}
    assert {job["metadata"]["environment_id"] for job in jobs} == {each["environment_id"] for each in schedules}


async def test_a_schedule_that_was_missed_for_days_runs_once_and_then_at_its_next_time(keeper: Keeper):
    made = await keeper.schedule()
    await keeper.was_due(timedelta(days=3), made)

    async def came() -> bool:
        return (await keeper.shown(made))["last_job_id"] is not None

    await eventually(came, "it came")
    await a_few_sweeps()
    (job,) = await keeper.jobs()
    shown = await keeper.shown(made)
    assert shown["last_job_id"] == job["id"]
    next_at = datetime.fromisoformat(shown["next_at"])
    assert datetime.now(UTC) < next_at <= datetime.now(UTC) + timedelta(hours=1)


async def test_a_slot_whose_job_was_made_but_not_noted_makes_no_second_one(keeper: Keeper):
    made = await keeper.schedule()
    await keeper.was_due(timedelta(hours=2), made)

    async def came() -> bool:
        return (await keeper.shown(made))["last_job_id"] is not None

    await eventually(came, "it came")
    first = (await keeper.shown(made))["last_job_id"]
    await keeper.was_due(timedelta(hours=2), made)
    await eventually(came, "it came again")
    assert (await keeper.shown(made))["last_job_id"] == first
    assert len(await keeper.jobs()) == 1


async def test_no_job_is_made_while_the_one_before_is_not_over(keeper: Keeper):
    made = await keeper.schedule()
    job = (await keeper.client.post(f"{PATH}/{made['id']}/trigger", None)).json()["id"]
    await keeper.was_due(timedelta(hours=1), made, last_job=job)

    async def skipped() -> bool:
        return (await keeper.shown(made))["skipped_at"] is not None

    await eventually(skipped, "the slot was skipped")
    assert len(await keeper.jobs()) == 1
    await keeper.end(job)
    await keeper.was_due(timedelta(hours=1), made)

    async def came() -> bool:
        return len(await keeper.jobs()) == 2

    await eventually(came, "it came once that was over")


async def test_a_schedule_whose_environment_is_gone_is_paused(keeper: Keeper, rows: asyncpg.Connection):
    made = await keeper.schedule()
    job = (await keeper.client.post(f"{PATH}/{made['id']}/trigger", None)).json()["id"]
    failed = '{"code": "environment_gone", "detail": "", "error_class": "permanent"}'
    await rows.execute("UPDATE gateway.jobs SET status = 'failed', error = $2 WHERE id = $1", UUID(job), failed)
    await keeper.was_due(timedelta(hours=1), made, last_job=job)

    async def is_paused() -> bool:
        return bool((await keeper.shown(made))["paused_by"] == "system")

    await eventually(is_paused, "the schedule is paused")
    assert len(await keeper.jobs()) == 1


async def test_pause_resume_and_trigger(keeper: Keeper):
    made = await keeper.schedule()
    path = f"{PATH}/{made['id']}"
    paused = (await keeper.client.post(f"{path}/pause", None)).json()
    assert (paused["paused_by"], paused["next_at"]) == ("key:a tenant-admin", None)
    await keeper.was_due(timedelta(hours=5), made)
    await a_few_sweeps()
    assert await keeper.jobs() == []

    triggered = await keeper.client.post(f"{path}/trigger", None)
    assert triggered.status_code == 202
    (job,) = await keeper.jobs()
    assert (job["id"], job["priority"]) == (triggered.json()["id"], "default")
    assert (await keeper.shown(made))["paused_by"] is not None

    resumed = (await keeper.client.post(f"{path}/resume", None)).json()
    await a_few_sweeps()
    assert len(await keeper.jobs()) == 1
    assert resumed["paused_by"] is None
    assert datetime.fromisoformat(resumed["next_at"]) > datetime.now(UTC)


async def test_a_trigger_is_not_done_twice_under_one_key(keeper: Keeper):
    path = f"{PATH}/{(await keeper.schedule())['id']}/trigger"
    once = {"headers": {"Idempotency-Key": "once"}}
    first, again = [await keeper.client.post(path, None, **once) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]


async def test_the_next_runs_follow_the_clocks_and_keep_their_jitter(keeper: Keeper):
    made = await keeper.schedule(cron="30 2 * * *", timezone="Europe/Berlin", jitter_seconds=600)
    runs = [datetime.fromisoformat(run) for run in made["next_runs"]]
    assert len(runs) == 5
    assert made["next_runs"][0] == made["next_at"]
    assert runs == sorted(runs)
    changed = await keeper.client.patch(
        f"{PATH}/{made['id']}", {"cron": "0 4 * * *", "jitter_seconds": 0, "full": True}
    )
    assert {datetime.fromisoformat(run).minute for run in changed.json()["next_runs"]} == {0}
    assert (await keeper.shown(made))["full"] is True


async def test_a_plan_that_makes_no_sense_is_refused(keeper: Keeper, zuora_sync: ZuoraSyncDouble):
    environment = str(zuora_sync.environment(keeper.tenant_id))
    for wrong in ({"cron": "0 0 31 2 *"}, {"timezone": "Europe/Atlantis"}, {"jitter_seconds": 3600}):
        wish = {"environment_id": environment, "cron": "*/5 * * * *"} | wrong
        refused = await keeper.client.post(PATH, wish)
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, list(wrong))


async def test_schedules_are_listed_by_page_and_environment_and_deleted(keeper: Keeper):
    made = [await keeper.schedule() for _ in range(3)]
    page = (await keeper.client.get(PATH, limit=2)).json()
    rest = (await keeper.client.get(PATH, limit=2, cursor=page["next_cursor"])).json()
    ids = [each["id"] for each in page["items"] + rest["items"]]
    assert (ids, rest["next_cursor"]) == ([each["id"] for each in reversed(made)], None)
    own = (await keeper.client.get(PATH, environment_id=made[0]["environment_id"])).json()["items"]
    assert [each["id"] for each in own] == [made[0]["id"]]
    assert (await keeper.client.delete(f"{PATH}/{made[0]['id']}")).status_code == 204
    assert (await keeper.client.delete(f"{PATH}/{made[0]['id']}")).status_code == 404


async def test_schedules_of_an_environment_of_nobody_or_of_others_are_not_there(
    clients: Clients, keeper: Keeper, zuora_sync: ZuoraSyncDouble
):
    made = await keeper.schedule()
    stranger = await (await clients.tenant()).client("viewer")
    for client, environment in ((stranger, made["environment_id"]), (keeper.client, made["id"])):
        assert (await client.get(PATH, environment_id=environment)).status_code == 404
    empty = str(zuora_sync.environment(keeper.tenant_id))
    assert (await keeper.client.get(PATH, environment_id=empty)).json()["items"] == []


async def test_changes_at_the_same_time_lose_none(keeper: Keeper):
    for _ in range(5):
        path = f"{PATH}/{(await keeper.schedule())['id']}"
        wishes = [{"full": True}, {"jitter_seconds": 7}, {"timezone": "Europe/Berlin"}]
        answers = await asyncio.gather(*(keeper.client.patch(path, wish) for wish in wishes))
        assert [answer.status_code for answer in answers] == [200] * 3
        shown = (await keeper.client.get(path)).json()
        assert (shown["full"], shown["jitter_seconds"], shown["timezone"]) == (True, 7, "Europe/Berlin")


async def test_changes_of_schedules_are_recorded(clients: Clients, keeper: Keeper):
    made = await keeper.schedule()
    await keeper.client.delete(f"{PATH}/{made['id']}")
    entries = (await clients.admin.get("/v1/admin/audit", who=keeper.tenant_id)).json()["items"]
    assert [entry["action"] for entry in entries] == [f"DELETE {PATH}/{{schedule_id}}", f"POST {PATH}"]
    assert entries[1]["details"]["id"] == made["id"]
