"""Keys are rotated under a service that runs, as an operator does it; and secrets stand nowhere in plain text."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest

from integration.zuora_customers.desk import (
    CANARY,
    NEW_KEY,
    Tables,
    bearer,
    environment,
    token,
)
from integration.zuora_customers.processes import Operator
from pressroom_common.ids import uuid7
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_zuora_sync.rotation.repository import PostgresVersions
from pressroom_zuora_sync.vault import Sealed, Vault, version_of

RAW = CANARY.encode() * 20_000


@pytest.fixture(scope="module")
async def operator(
    infrastructure: Infrastructure, zuora_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Operator:
    amqp_url = await asyncio.to_thread(infrastructure.fresh_vhost, "zuora")
    return Operator(zuora_database, amqp_url, tmp_path_factory.mktemp("zuora") / "log")


@pytest.fixture(scope="module")
async def http(operator: Operator) -> AsyncIterator[httpx2.AsyncClient]:
    """A service that has both keys, and seals with the old one."""
    async with operator.serving("old") as client:
        yield client


@pytest.fixture
async def tables(zuora_database: str) -> AsyncIterator[Tables]:
    tables = Tables(zuora_database)
    await tables.execute("DELETE FROM customers")
    yield tables
    await tables.database.close()


async def ask(http: httpx2.AsyncClient, method: str, path: str, body: Any) -> httpx2.Response:
    return await http.request(method, f"/internal{path}", json=body, headers=bearer(token()))


async def made(http: httpx2.AsyncClient, name: str = "") -> UUID:
    """A customer with one environment; that one's id."""
    wish = {"name": name or f"customer {uuid7()}", "environments": [environment()]}
    answer = await ask(http, "POST", "/customers", wish)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["environments"][0]["id"])


async def test_everything_is_encrypted_anew_while_the_service_runs(
    http: httpx2.AsyncClient, operator: Operator, tables: Tables
) -> None:
    """And the service, though it does not seal with the new key yet, goes on with what the rotation wrote."""
    ids = [await made(http) for _ in range(3)]
    for number in range(30):
        await tables.workflow(ids[0], number, raw=RAW)
    assert await operator.call("rotate-keys", current="new") == 0
    assert "33 rows were encrypted anew" in operator.log.read_text()
    assert {await tables.opened_secret(each) for each in ids} == {f"{CANARY}-production"}
    vault = Vault({"new": NEW_KEY}, "new")
    for row in await tables.rows("SELECT workflow_id, raw, key_id FROM versions"):
        assert vault.open(Sealed(row["key_id"], row["raw"]), version_of(row["workflow_id"], 1)) == RAW
    edited = await ask(http, "PATCH", f"/environments/{ids[0]}", {"name": "renamed"})
    assert edited.status_code == 200
    assert await tables.opened_secret(ids[0]) == f"{CANARY}-production"


async def test_a_page_of_a_rotation_is_bounded_in_bytes_and_rows(http: httpx2.AsyncClient, tables: Tables) -> None:
    environment_id = await made(http)
    for number in range(5):
        await tables.workflow(environment_id, number, raw=b"x" * (1000 if number else 5000))
    rows = PostgresVersions(tables.database, count=3, most_bytes=2500)
    sizes: list[list[int]] = []
    after = None
    while page := await rows.page(after, "new"):
        sizes.append([len(row.sealed.data) // 1000 for row in page])
        after = page[-1].key
    assert sizes == [[5], [1, 1], [1, 1]]


async def test_what_no_key_opens_stays_and_is_told_after_everything_else(
    http: httpx2.AsyncClient, operator: Operator, tables: Tables
) -> None:
    lost, damaged, good = [await made(http) for _ in range(3)]
    await tables.execute("UPDATE environments SET key_id = '2019' WHERE id = :id", id=lost)
    workflow_id = await tables.workflow(good, 1, raw=RAW)
    await tables.workflow(good, 2, raw=RAW)
    await tables.execute("UPDATE versions SET raw = 'x' WHERE workflow_id = :id", id=workflow_id)
    await tables.execute("UPDATE environments SET secret = 'x' WHERE id = :id", id=damaged)
    assert await operator.call("rotate-keys", current="new") == 1
    told = operator.log.read_text()
    told = told[told.index("2 rows were encrypted anew") :]
    assert "3 rows stay as they are" in told
    assert re.search(rf"secrets {lost}: .*'2019'.*ZUORA_SYNC_SECRET_KEYS", told)
    assert re.search(rf"secrets {damaged}: .*'old' cannot be decrypted", told)
    assert re.search(rf"exports {workflow_id} 1: .*'old' cannot be decrypted", told)
    assert await tables.opened_secret(good) == f"{CANARY}-production"


async def test_planted_secrets_stand_nowhere_in_plain_text(
    http: httpx2.AsyncClient, operator: Operator, tables: Tables
) -> None:
    """In no column, no answer, no metric and no line of the log, also where requests go wrong."""
    id_ = await made(http, "canary")
    wrong = [
        ("POST", "/customers", {"name": "canary", "environments": [environment()]}),
        ("POST", "/customers", {"name": "x", "environments": [environment(base_url=f"https://{CANARY}.example")]}),
        ("POST", "/customers", {"name": "x", "environments": [environment(client_secret=f"{CANARY}\0")]}),
        ("POST", "/customers", {"name": "x", "environments": [environment(unknown=CANARY)]}),
        ("PATCH", f"/environments/{id_}", {"client_secret": CANARY, "base_url": "http://127.0.0.1"}),
        ("PATCH", f"/environments/{id_}", {"client_secret": [CANARY]}),
        ("POST", f"/customers/{CANARY}/environments", environment()),
    ]
    answers = [await ask(http, *wish) for wish in wrong]
    assert {answer.status_code for answer in answers} == {409, 422}
    await tables.workflow(id_, 1, raw=RAW)
    answers.append(await http.get("/metrics"))
    told = "".join(answer.text for answer in answers)
    for where, text in {"answers": told, "tables": await tables.dump(), "log": operator.log.read_text()}.items():
        assert len(text) > 1000, where
        for form in (CANARY, CANARY.encode().hex(), "Y2FuYXJ5LT"):
            assert form not in text, where
