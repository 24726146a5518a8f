"""Workflows as syncs would have left them, and what a gateway would ask about them."""

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import msgspec
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text

from pressroom_common.database import Database, as_json
from pressroom_common.ids import uuid7
from pressroom_common.internal_answers import HANDLERS
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_common.settings import DatabaseSettings
from pressroom_zuora_sync.exports import canonical_hash, linkages_of, parsed, redacted, tasks_of
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.reading.wiring import reading_routers
from pressroom_zuora_sync.vault import Vault, version_of
from unit.zuora_exports.specimens import link, start, task

SECRET = "a secret of tests, longer than 32 characters"
VAULT = Vault({"one": b"1" * 32}, "one")
Json = dict[str, Any]
Answer = TypeVar("Answer", bound=BaseModel)


def service_url(owner: str) -> str:
    """A role of the service's own, which the migration makes."""
    server = urlsplit(owner)
    return server._replace(netloc=f"zuora_reading_test:zuora@{server.hostname}:{server.port}").geturl()


def reading_app(database: Database) -> FastAPI:
    app = FastAPI(exception_handlers=HANDLERS)
    for router in reading_routers(database, VAULT, SECRET):
        app.include_router(router)
    return app


class Reader:
    """Somebody of a tenant, through the gateway."""

    def __init__(self, app: FastAPI, tenant_id: UUID | None, role: str) -> None:
        token = sign(ServiceToken("gateway", "zuora-sync", str(tenant_id) if tenant_id else "", role), SECRET)
        transport = httpx2.ASGITransport(app=app)
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.AsyncClient(transport=transport, base_url="http://zuora-sync/internal", headers=headers)

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        given = {name.removesuffix("_"): value for name, value in query.items() if value is not None}
        return await self._http.get(path, params=given or None)

    async def ask(self, answer: type[Answer], path: str, **query: Any) -> Answer:
        found = await self.get(path, **query)
        assert found.status_code == 200, found.text
        return answer.model_validate_json(found.content)

    async def refusal(self, path: str, **query: Any) -> tuple[int, str]:
        found = await self.get(path, **query)
        return found.status_code, found.json()["code"]

    async def all_pages(self, path: str, **query: Any) -> list[list[Any]]:
        """The items of each page."""
        pages: list[list[Any]] = []
        cursor = None
        while cursor is not None or not pages:
            found = (await self.get(path, **query, cursor=cursor)).json()
            pages.append(found["items"])
            cursor = found["next_cursor"]
            assert len(pages) < 100
        return pages


class Shelf:
    """Of one tenant that no other test has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tenant_id = uuid7()
        self._zuora_ids = iter(range(100, 10_000))
        self._last = self.tenant_id

    async def environment(self, name: str = "production", customer: str | None = None) -> UUID:
        """Of a customer of its own."""
        id_, customer_id = uuid7(), uuid7()
        await self._run(_CUSTOMER, id=customer_id, tenant_id=self.tenant_id, name=customer or f"Acme {customer_id}")
        await self._run(_ENVIRONMENT, id=id_, tenant_id=self.tenant_id, customer_id=customer_id, name=name)
        return id_

    async def customer_of(self, environment_id: UUID) -> UUID:
        rows = await self._database.fetch(
            text("SELECT customer_id FROM environments WHERE id = :id"), id=environment_id
        )
        customer: UUID = rows[0].customer_id
        return customer

    async def workflow(
        self,
        environment_id: UUID,
        name: str,
        tasks: Sequence[Json] | None = None,
        linkages: Sequence[Json] = (),
        **columns: Any,
    ) -> UUID:
        """With one version, unless it has no tasks at all."""
        id_ = self._next_id()
        given = {"status": "Active", "description": "", "deleted": False, **columns}
        await self._run(
            _WORKFLOW,
            id=id_,
            tenant_id=self.tenant_id,
            environment_id=environment_id,
            zuora_id=next(self._zuora_ids),
            name=name,
            **given,
        )
        if tasks is not None:
            await self.version(id_, name, tasks, linkages)
        return id_

    async def version(self, workflow_id: UUID, name: str, tasks: Sequence[Json], linkages: Sequence[Json] = ()) -> None:
        """One more; the tables of tasks and linkages follow it."""
        document = {"workflow": {"id": 1, "name": name}, "tasks": list(tasks), "linkages": list(linkages)}
        await self.raw_version(workflow_id, msgspec.json.encode(document))

    async def raw_version(self, workflow_id: UUID, raw: bytes) -> None:
        rows = await self._database.fetch(text("SELECT version FROM workflows WHERE id = :id"), id=workflow_id)
        number, export = rows[0].version + 1, parsed(raw)
        sealed = VAULT.seal(zlib.compress(raw), version_of(workflow_id, number))
        await self._run(
            _VERSION,
            id=workflow_id,
            number=number,
            hash=canonical_hash(export),
            raw=sealed.data,
            key_id=sealed.key_id,
            bytes=len(raw),
            redacted=as_json(redacted(export)),
        )
        await self._run("UPDATE workflows SET version = :number WHERE id = :id", id=workflow_id, number=number)
        await self._run("DELETE FROM tasks WHERE workflow_id = :id", id=workflow_id)
        await self._run("DELETE FROM linkages WHERE workflow_id = :id", id=workflow_id)
        shown = redacted(export)
        await self._run(_TASKS, id=workflow_id, rows=as_json(tasks_of(export, shown)), shown=as_json(shown["tasks"]))
        await self._run(_LINKAGES, id=workflow_id, rows=as_json(linkages_of(export)))

    async def damage(self, workflow_id: UUID) -> None:
        """The key of its export is gone."""
        await self._run("UPDATE versions SET key_id = 'lost' WHERE workflow_id = :id", id=workflow_id)

    async def spoil(self, workflow_id: UUID, raw: bytes) -> None:
        """Its newest version holds what is no export any more."""
        rows = await self._database.fetch(text("SELECT version FROM workflows WHERE id = :id"), id=workflow_id)
        sealed = VAULT.seal(zlib.compress(raw), version_of(workflow_id, rows[0].version))
        parameters = {"id": workflow_id, "number": rows[0].version, "raw": sealed.data}
        await self._run("UPDATE versions SET raw = :raw WHERE workflow_id = :id AND number = :number", **parameters)

    def _next_id(self) -> UUID:
        """Later than the last one, also within a millisecond: lists are in the order of the ids."""
        while (id_ := uuid7()) <= self._last:
            pass
        self._last = id_
        return id_

    async def _run(self, statement: str, **parameters: Any) -> None:
        await self._database.execute(text(statement), **parameters)


def call(password: str = "CANARY", number: int = 1, **parameters: Any) -> Json:
    return task(number, "Call", parameters={"basic_auth": {"password": password}, **parameters})


async def two_versions(shelf: Shelf, before: Json, after: Json) -> UUID:
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [before], [start(1)])
    await shelf.version(id_, "Bills", [after], [start(1)])
    return id_


async def drifted(shelf: Shelf) -> tuple[UUID, UUID]:
    """Equal but for ids: A, B; different: C, D; E is left alone, F right alone; G is twice on the left; N nowhere."""
    left, right = await shelf.environment(), await shelf.environment("sandbox")
    for name in "ABCDEGG":
        await shelf.workflow(left, name, [call(number=1), task(2, name)], [start(1), link(1, 2)])
    for name in "ABCDFG":
        moved = [
            call("CHANGED" if name == "C" else "CANARY", 11),
            task(12, name, "Email" if name == "D" else "Callout"),
        ]
        await shelf.workflow(right, name, moved, [start(11), link(11, 12)])
    await shelf.workflow(left, "N", [task(1, "x")])
    await shelf.workflow(right, "N")
    await shelf.workflow(right, "Gone", [], deleted=True)
    return left, right


def database_of(url: str) -> Database:
    return Database(DatabaseSettings(database_url=url, database_pool=5), SCHEMA.name)


_CUSTOMER = "INSERT INTO customers (id, tenant_id, name) VALUES (:id, :tenant_id, :name)"
_ENVIRONMENT = """
INSERT INTO environments (id, tenant_id, customer_id, name, base_url, client_id, secret, key_id)
VALUES (:id, :tenant_id, :customer_id, :name, 'https://rest.zuora.com', 'client', '', 'one')
"""
_WORKFLOW = """
INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name, description, status, deleted_at)
VALUES (:id, :tenant_id, :environment_id, :zuora_id, :name, :description, :status,
    CASE WHEN CAST(:deleted AS boolean) THEN now() END)
"""
_VERSION = """
INSERT INTO versions (workflow_id, number, zuora_version, hash, raw, key_id, bytes, redacted)
VALUES (:id, :number, '0.0.' || CAST(:number AS integer), :hash, :raw, :key_id, :bytes, CAST(:redacted AS jsonb))
"""
_TASKS = """
INSERT INTO tasks (workflow_id, zuora_task_id, tenant_id, environment_id, name, action_type, call_type, object,
    object_id, host, details)
SELECT w.id, r.zuora_task_id, w.tenant_id, w.environment_id, r.name, r.action_type, r.call_type, r.object, r.object_id,
    r.host, CAST(:shown AS jsonb) -> (r.place - 1)
FROM workflows w, json_to_recordset(CAST(:rows AS json)) AS r(zuora_task_id bigint, place integer, name text,
    action_type text, call_type text, object text, object_id text, host text)
WHERE w.id = :id
"""
_LINKAGES = """
INSERT INTO linkages (workflow_id, position, linkage_type, source_task_id, source_workflow_id, target_task_id)
SELECT CAST(:id AS uuid), r.* FROM json_to_recordset(CAST(:rows AS json)) AS r(position integer, linkage_type text,
    source_task_id bigint, source_workflow_id bigint, target_task_id bigint)
"""
