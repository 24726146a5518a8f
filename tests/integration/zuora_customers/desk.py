"""zuora-sync in the test's own process, as it is wired; looks at its tables; and what a gateway would ask of it."""

import base64
import json
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from sqlalchemy import text

from pressroom_common.database import Database
from pressroom_common.ids import uuid7
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_common.settings import DatabaseSettings
from pressroom_zuora_sync.main import create_app
from pressroom_zuora_sync.migrations import SCHEMA
from pressroom_zuora_sync.settings import Settings
from pressroom_zuora_sync.vault import Sealed, Vault, secret_of, version_of

TOKEN_SECRET = "a secret of tests, longer than 32 characters"
TENANT, OTHER = UUID(int=1), UUID(int=2)
OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
CANARY = "canary-7f3a"
"""In every secret that a test plants."""
HOST = "https://rest.zuora.com"


def key_settings(current: str) -> dict[str, str]:
    """Both keys, as an environment has them."""
    keys = {"old": base64.b64encode(OLD_KEY).decode(), "new": base64.b64encode(NEW_KEY).decode()}
    return {"secret_keys": json.dumps(keys), "secret_key": current}


def service_url(owner: str) -> str:
    """A role of the service's own, which the migration makes."""
    server = urlsplit(owner)
    return server._replace(netloc=f"zuora_test:zuora@{server.hostname}:{server.port}").geturl()


def token(tenant: UUID | None = TENANT, role: str = "tenant-admin") -> ServiceToken:
    return ServiceToken("gateway", "zuora-sync", str(tenant) if tenant else "", role)


def bearer(claims: ServiceToken, secret: str = TOKEN_SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(claims, secret)}"}


def environment(name: str = "production", **changed: Any) -> dict[str, Any]:
    given = {"name": name, "base_url": HOST, "client_id": "client-1", "client_secret": f"{CANARY}-{name}"}
    return {**given, **changed}


class Tables:
    """Plain looks at the service's tables, and rows that syncs would have written."""

    def __init__(self, url: str) -> None:
        self.database = Database(DatabaseSettings(database_url=url, database_pool=5), SCHEMA.name)

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.database.fetch(text(statement), **parameters)]

    async def value(self, statement: str, **parameters: Any) -> Any:
        return (await self.database.fetch(text(statement), **parameters))[0][0]

    async def execute(self, statement: str, **parameters: Any) -> int:
        return await self.database.execute(text(statement), **parameters)

    async def sync(self, environment_id: UUID, state: str = "completed", tenant_id: UUID = TENANT) -> UUID:
        """A row of a sync; its job's id."""
        job_id = uuid7()
        await self.execute(_SYNC, id=job_id, tenant_id=tenant_id, environment_id=environment_id, state=state)
        return job_id

    async def workflow(self, environment_id: UUID, zuora_id: int, *, raw: bytes = b"", deleted: bool = False) -> UUID:
        """With a task, a linkage, and a version whose export is sealed with the old key."""
        id_ = uuid7()
        sealed = Vault({"old": OLD_KEY}, "old").seal(raw, version_of(id_, 1))
        of = {"id": id_, "environment_id": environment_id, "tenant_id": TENANT}
        await self.execute(_WORKFLOW, **of, zuora_id=zuora_id, deleted=deleted)
        await self.execute(_VERSION, id=id_, raw=sealed.data)
        await self.execute(_TASK, **of)
        await self.execute("INSERT INTO linkages VALUES (:id, 0, 'Start', NULL, NULL, 1)", id=id_)
        return id_

    async def opened_secret(self, environment_id: UUID) -> str:
        """With the new key alone: raises Unreadable where another one has sealed it."""
        [row] = await self.rows("SELECT base_url, secret, key_id FROM environments WHERE id = :id", id=environment_id)
        sealed = Sealed(row["key_id"], row["secret"])
        return Vault({"new": NEW_KEY}, "new").open(sealed, secret_of(environment_id, row["base_url"])).decode()

    async def dump(self) -> str:
        """All rows of all tables as text; what is binary in hexadecimal, and as far as it is text."""
        names = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'zuora_sync'")
        found = [str(await self.rows(f'SELECT * FROM "{name["tablename"]}"')) for name in names]
        return "\n".join(found)


_SYNC = """
INSERT INTO syncs (job_id, tenant_id, environment_id, "full", dry_run, attempt, claim, epoch, state, result)
VALUES (:id, :tenant_id, :environment_id, false, false, 1, 1, 1, :state, '{"total": 3}')
"""
_WORKFLOW = """
INSERT INTO workflows (id, tenant_id, environment_id, zuora_id, name, deleted_at)
VALUES (:id, :tenant_id, :environment_id, :zuora_id, 'a workflow', CASE WHEN CAST(:deleted AS boolean) THEN now() END)
"""
_VERSION = """
INSERT INTO versions (workflow_id, number, hash, raw, key_id, bytes, redacted) VALUES (:id, 1, '', :raw, 'old', 1, '{}')
"""
_TASK = """
INSERT INTO tasks (workflow_id, zuora_task_id, tenant_id, environment_id, name, action_type, details)
VALUES (:id, 1, :tenant_id, :environment_id, 'a task', 'Callout', '{}')
"""


class RunningService:
    """Its real wiring, on real servers. `origins`: allowed beside Zuora's."""

    def __init__(self, database_url: str, amqp_url: str, *origins: str) -> None:
        self.settings = Settings(
            database_url=database_url,
            amqp_url=amqp_url,
            service_token_secret=TOKEN_SECRET,
            name="zuora-sync-test",
            allowed_hosts=origins,
            secret_keys={"new": base64.b64encode(NEW_KEY).decode()},
            secret_key="new",
        )
        self.tables = Tables(database_url)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self.tables.database.close)
        app = create_app(self.settings).asgi
        await self._stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://zuora-sync/internal")
        self.http = await self._stack.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def ask(
        self, method: str, path: str, body: Any = None, *, of: ServiceToken | None = None, **query: Any
    ) -> httpx2.Response:
        """As the gateway, for the tenant's administrator unless told otherwise."""
        return await self.http.request(method, path, json=body, params=query, headers=bearer(of or token()))

    async def answer(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Where all is well."""
        answer = await self.ask(method, path, body, **query)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def refusal(
        self, method: str, path: str, body: Any = None, *, of: ServiceToken | None = None, **query: Any
    ) -> tuple[int, str, list[str]]:
        """Status, code and the fields that are named."""
        answer = await self.ask(method, path, body, of=of, **query)
        problem = answer.json()
        assert CANARY not in answer.text
        return answer.status_code, problem["code"], [error["field"] for error in problem["errors"]]

    async def customer(self, name: str = "", *environments: dict[str, Any]) -> Any:
        """Made, with a name of its own where none is told."""
        wish = {"name": name or f"customer {uuid7()}", "environments": environments}
        return await self.answer("POST", "/customers", wish)
