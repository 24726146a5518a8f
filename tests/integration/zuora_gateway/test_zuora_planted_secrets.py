"""Secrets that were planted in exports and credentials are nowhere but where they were asked for."""

import json
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from integration.delivery.processes import eventually
from integration.zuora_gateway.system import Person, ZuoraSystem
from integration.zuora_gateway.wiretap import Wiretap
from pressroom_common import topology
from pressroom_devstack.fake_zuora import AccountSpec, Change, FakeZuora, Scenario
from pressroom_devstack.fake_zuora.account import WorkflowSpec
from pressroom_devstack.infrastructure import Infrastructure

CANARY = "3xp0rt-c4n4ry-4f2a"
CLIENT_SECRET, WRONG_SECRET = "cl13nt-c4n4ry-77c1", "wr0ng-c4n4ry-19d0"
CANARIES = (CANARY, CLIENT_SECRET, WRONG_SECRET)
EVERYWHERE = WorkflowSpec(
    id=900,
    name=f"Sends Authorization: Bearer {CANARY}-name",
    description=f"password: {CANARY}-description",
    tasks=[
        {
            "id": 900_001,
            "name": f"Call with token={CANARY}-task-name",
            "parameters": {
                "url": f"https://user:{CANARY}-user@hooks.example.com/in?api_key={CANARY}-url",
                "headers": [{"key": "X-Api-Key", "value": f"{CANARY}-header"}],
                "authorization": {"type": "basic_auth"},
                "basic_auth": {"username": "sync", "password": f"{CANARY}-block"},
                "raw_body": json.dumps({"client_secret": f"{CANARY}-body"}),
            },
        }
    ],
)


@pytest.fixture(scope="module")
async def system(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ZuoraSystem]:
    async with FakeZuora.started() as zuora:
        made = ZuoraSystem(infrastructure, tmp_path_factory.mktemp("zuora") / "secrets", zuora)
        async with made.running():
            yield made


async def test_planted_secrets_are_in_no_log_event_metric_page_answer_or_column(system: ZuoraSystem) -> None:
    admin, operator = await system.person("acme"), await system.person("operations", "super-admin")
    async with Wiretap.on(system.amqp_url, "gateway-1") as wiretap:
        ids = await everything_happens(system, admin)
        await wiretap.publish_poison()
        ids["message_id"] = await parked(operator)
        answers = await answers_of(admin, ids) + await answers_of(operator, ids) + await refusals(admin, ids)
        messages = await wiretap.told()
    assert {each.exchange for each in messages} >= {topology.COMMANDS, topology.EVENTS, topology.LIVE, topology.PARK}
    assert {200, 401, 404, 422} <= {answer.status_code for answer in answers}
    told = {
        "answers": [f"{answer.url} {answer.headers} {answer.text}" for answer in answers],
        "messages": [f"{each.routing_key} {each.headers} {each.body!r}" for each in messages],
        "logs": system.logs.splitlines(),
        "metrics": (await system.metrics()).splitlines(),
    }
    for canary in CANARIES:
        for where, lines in told.items():
            assert not [line for line in lines if canary in line], where
        assert await system.found_in_rows(canary) == []
    whole = await admin.ok("zuora", "export", ids["workflow_id"], "--secrets")
    assert whole.count(CANARY) == 8


async def everything_happens(system: ZuoraSystem, admin: Person) -> dict[str, str]:
    """Syncs that complete, fail and have faults, changes, schedules and batches; an id of each.

    Extraction comes before the last sync: it takes out what a sync would have left in names.
    """
    zuora = system.zuora
    await zuora.seed(
        AccountSpec(client_id="acme", client_secret=CLIENT_SECRET, canary=CANARY, workflows=20, explicit=[EVERYWHERE])
    )
    await zuora.behaves(
        Scenario(kind="truncated", endpoint="export", workflow_id=3, times=None),
        Scenario(kind="tasks_null", workflow_id=4, times=None),
        Scenario(kind="duplicate_tasks", workflow_id=5, times=None),
        Scenario(kind="html", endpoint="export", workflow_id=6, times=1),
    )
    saved = await admin.adds("Acme", "acme", secret=CLIENT_SECRET)
    await admin.adds("Wrong", "acme", secret=WRONG_SECRET)
    await zuora.behaves()
    await admin.zuora("extract-tasks", "--environment", "Acme/production", "--wait")
    await zuora.change("acme", Change(op="edit", workflow_id=900), Change(op="delete", workflow_id=8))
    batch = await admin.zuora("sync", "--customer", "Acme", "--full", "--wait")
    await admin.run("zuora", "customers", "test", "Wrong")
    await admin.zuora("customers", "test", "Acme")
    schedule = await admin.zuora("schedules", "add", "Acme/production", "0 2 * * *")
    [workflow] = [each for each in await admin.zuora("workflows") if each["zuora_id"] == 900]
    return {
        "customer_id": saved["id"],
        "environment_id": saved["environments"][0]["id"],
        "workflow_id": workflow["id"],
        "job_id": saved["sync_job_ids"][0],
        "batch_id": batch["batch"]["id"],
        "schedule_id": schedule["id"],
    }


async def parked(operator: Person) -> str:
    """The first message that the gateway has stored of the park queue."""
    found: list[str] = []
    async with operator.http() as http:

        async def is_stored() -> bool:
            items = (await http.get("/v1/admin/parked")).json()["items"]
            found.extend(each["id"] for each in items)
            return bool(found)

        await eventually(is_stored, "a message is parked")
    return found[0]


async def answers_of(person: Person, ids: Mapping[str, str]) -> list[httpx2.Response]:
    """Of everything that can be read, with these ids, and with some that there are not."""
    environment = ids["environment_id"]
    query = {"environment_id": environment, "left": environment, "right": environment, "limit": "200"}
    async with person.http() as http:
        paths: dict[str, Any] = (await http.get("/openapi.json")).json()["paths"]
        read = [(path, told["get"]) for path, told in paths.items() if "get" in told and not path.endswith("/events")]
        found = [await http.get("/docs"), await http.get("/openapi.json")]
        for path, told in read:
            asked = {name: value for name, value in query.items() if name in names(told)}
            found.append(await http.get(path.format_map(Filled(ids)), params=asked))
            found.append(await http.get(path.format_map(Filled()), params=asked))
    assert not [answer for answer in found if answer.status_code >= 500], found
    return found


def names(told: Mapping[str, Any]) -> Iterable[str]:
    return [parameter["name"] for parameter in told.get("parameters", ())]


class Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return str(uuid4())


async def refusals(admin: Person, ids: Mapping[str, str]) -> list[httpx2.Response]:
    """Of requests that have a secret in them, in every way that is refused."""
    environment = f"/v1/zuora/environments/{ids['environment_id']}"
    production = {"name": "p", "base_url": "https://rest.zuora.com", "client_id": "c", "client_secret": WRONG_SECRET}
    bodies: list[Any] = [
        {"name": "Refused", "environments": [production | {"base_url": "https://attacker.example"}]},
        {"name": "Refused", "environments": [production | {"unknown": WRONG_SECRET}]},
        {"name": "Refused", "environments": [production | {"client_secret": [WRONG_SECRET]}]},
        {"name": "Acme", "environments": [production]},
        WRONG_SECRET,
    ]
    async with admin.http() as http:
        found = [await http.post("/v1/zuora/customers", json=body) for body in bodies]
        found.append(await http.post("/v1/zuora/customers", content=f'{{"client_secret": "{WRONG_SECRET}'))
        found.append(await http.patch(environment, json={"client_secret": {"is": WRONG_SECRET}}))
        found.append(await http.patch(environment, json={"client_secret": f"{WRONG_SECRET}\n", "base_url": "http://x"}))
        found.append(await http.patch(f"/v1/zuora/environments/{uuid4()}", json={"client_secret": WRONG_SECRET}))
        nobody = {"Authorization": f"Bearer {secrets.token_hex(8)}"}
        found.append(await http.post("/v1/zuora/customers", json=bodies[0], headers=nobody))
    assert all(400 <= answer.status_code < 500 for answer in found), found
    return found
