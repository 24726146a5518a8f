"""Who speaks to the gateway in tests: a client per API key and replica."""

import secrets
from types import TracebackType
from typing import Any, Self

import httpx2

_TIMEOUT = 20


class Client:
    """One API key at one replica."""

    def __init__(self, http: httpx2.AsyncClient, key: str) -> None:
        self.http = http
        self.key = key

    async def send(self, method: str, path: str, json: Any = None, **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return await self.http.request(method, path, json=json, headers=headers, **options)

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        return await self.send("GET", path, params=query)

    async def post(self, path: str, json: Any, **options: Any) -> httpx2.Response:
        return await self.send("POST", path, json, **options)

    async def put(self, path: str, json: Any) -> httpx2.Response:
        return await self.send("PUT", path, json)

    async def patch(self, path: str, json: Any) -> httpx2.Response:
        return await self.send("PATCH", path, json)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.send("DELETE", path)

    async def made(self, path: str, json: Any) -> dict[str, Any]:
        """What a POST made."""
        answer = await self.post(path, json)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


class Clients:
    """The super-admin at each replica, and tenants made by it."""

    def __init__(self, replicas: list[str], admin_key: str) -> None:
        self._https = [httpx2.AsyncClient(base_url=origin, timeout=_TIMEOUT) for origin in replicas]
        self.admin = Client(self._https[0], admin_key)

    async def tenant(self) -> "Tenant":
        slug = f"tenant-{secrets.token_hex(6)}"
        await self.admin.made("/v1/admin/tenants", {"slug": slug, "name": slug.title()})
        return Tenant(self, slug)

    def with_key(self, key: str, replica: int = 0) -> Client:
        return Client(self._https[replica], key)

    @property
    def anonymous(self) -> httpx2.AsyncClient:
        return self._https[0]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for http in self._https:
            await http.aclose()


class Tenant:
    def __init__(self, clients: Clients, slug: str) -> None:
        self._clients = clients
        self.slug = slug

    async def key(self, role: str, **wish: Any) -> dict[str, Any]:
        """A new key, as it is shown once."""
        path = f"/v1/admin/tenants/{self.slug}/api-keys"
        return await self._clients.admin.made(path, {"name": f"a {role}", "role": role, **wish})

    def with_key(self, key: str) -> Client:
        return self._clients.with_key(key)

    async def client(self, role: str = "editor", **wish: Any) -> Client:
        made = await self.key(role, **wish)
        return self._clients.with_key(made["key"])
