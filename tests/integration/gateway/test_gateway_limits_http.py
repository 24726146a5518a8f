"""How many requests a key and an address may send, at a gateway whose limits are low; and how long a body may be."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest

from integration.gateway.clients import Client, Clients, Tenant
from integration.gateway.conftest import serving
from pressroom_gateway.settings import Settings

PROBLEM = "application/problem+json"
LIMITS = {"rate_limit_per_second": 2, "rate_limit_burst": 5, "failed_key_per_second": 1, "failed_key_burst": 3}


@pytest.fixture
async def strict(clients: Clients, gateway_settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A replica of its own: its buckets are full."""
    async with (
        serving(gateway_settings.model_copy(update=LIMITS)) as origin,
        httpx2.AsyncClient(base_url=origin, timeout=20) as http,
    ):
        yield http


async def key(tenant: Tenant, role: str = "viewer") -> str:
    return str((await tenant.key(role))["key"])


async def test_who_asks_too_often_is_told_when_to_come_back(strict: httpx2.AsyncClient, tenant: Tenant) -> None:
    client = Client(strict, await key(tenant))
    answers = [await client.get("/v1/me") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    limited = answers[-1]
    assert (limited.json()["code"], limited.headers["content-type"]) == ("rate_limited", PROBLEM)
    assert limited.headers["retry-after"] == "1"
    await asyncio.sleep(1)
    assert (await client.get("/v1/me")).status_code == 200


async def test_one_key_takes_nothing_from_another(strict: httpx2.AsyncClient, tenant: Tenant) -> None:
    greedy, modest = Client(strict, await key(tenant)), Client(strict, await key(tenant))
    while (await greedy.get("/v1/me")).status_code == 200:
        pass
    assert (await modest.get("/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/me", 200),
        ("GET", "/v1/admin/tenants", 403),
        ("GET", "/v1/prompts?limit=0", 422),
        ("GET", "/v1/pages/00000000-0000-7000-8000-000000000000", 404),
        ("POST", "/v1/generations", 202),  # its handler makes its own answer
    ],
)
async def test_every_answer_says_how_much_is_left(
    strict: httpx2.AsyncClient, tenant: Tenant, method: str, path: str, status: int
) -> None:
    client = Client(strict, await key(tenant, "editor"))
    for left in (4, 3):
        answer = await client.send(method, path, {"prompt": "Write."} if method == "POST" else None)
        told = {name: answer.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")}
        assert answer.status_code == status
        assert (told["limit"], told["remaining"]) == ("5", str(left))
        assert 1 <= int(told["reset"]) <= 2


async def test_without_a_limit_no_header_speaks_of_one(tenant: Tenant) -> None:
    answer = await (await tenant.client()).get("/v1/me")
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


async def test_wrong_keys_of_an_address_are_bounded_and_valid_ones_are_not(
    strict: httpx2.AsyncClient, tenant: Tenant
) -> None:
    client = Client(strict, await key(tenant))
    assert (await client.get("/v1/me")).status_code == 200
    wrong = Client(strict, f"pr_aaaaaaaa_{'A' * 43}")
    answers = [await wrong.get("/v1/me") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json()["code"] == "rate_limited"
    assert (await client.get("/v1/me")).status_code == 200


async def test_a_request_that_was_limited_is_not_audited(
    strict: httpx2.AsyncClient, clients: Clients, tenant: Tenant
) -> None:
    """Else the limit would not spare the database."""
    made = await tenant.key("tenant-admin")
    client = Client(strict, made["key"])
    answers = [await client.post("/v1/api-keys", {"name": "n", "role": "viewer"}) for _ in range(8)]
    kept = (await clients.admin.get("/v1/admin/audit", who=made["id"])).json()["items"]
    assert [answer.status_code for answer in answers].count(201) == len(kept) == 5


async def raw(origin: str, head: str, body: bytes) -> bytes:
    """The beginning of the answer to what no decent client would send."""
    address = urlsplit(origin)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    async with asyncio.timeout(10):
        answer = await reader.read(1000)
    writer.close()
    return answer


async def test_a_length_beside_chunks_does_not_slip_past_the_limit(clients: Clients) -> None:
    chunk = b"%x\r\n" % 600_000 + b"x" * 600_000 + b"\r\n"
    head = "POST /v1/prompts HTTP/1.1\nHost: x\nContent-Length: 5\nTransfer-Encoding: chunked"
    answer = await raw(str(clients.anonymous.base_url), head, chunk * 3 + b"0\r\n\r\n")
    assert answer.split(b" ", 2)[1] in {b"400", b"413"}


async def test_an_endless_body_in_chunks_is_answered_before_its_end(clients: Clients) -> None:
    chunk = b"%x\r\n" % 600_000 + b"x" * 600_000 + b"\r\n"
    head = "POST /v1/prompts HTTP/1.1\nHost: x\nTransfer-Encoding: chunked"
    answer = await raw(str(clients.anonymous.base_url), head, chunk * 2)
    assert answer.split(b" ", 2)[1] == b"413"
    assert PROBLEM.encode() in answer
    assert b'"too_large"' in answer
