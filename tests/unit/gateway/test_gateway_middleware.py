"""What happens around a request: bugs, outages, ids, metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_gateway.http_metrics import HttpMetrics
from pressroom_gateway.public_http import public_app
from pressroom_gateway.settings import Settings

SETTINGS = Settings(
    database_url=SecretStr("postgresql://nobody:nothing@127.0.0.1:1/none"),
    amqp_url=SecretStr("amqp://nobody:nothing@127.0.0.1:1/"),
    key_pepper=SecretStr("pepper-of-the-tests-" * 2),
    service_token_secret=SecretStr("service-token-secret-of-the-tests"),
    monitor_url="http://127.0.0.1:1",
    max_body_bytes=100,
)


@asynccontextmanager
async def idle(_app: FastAPI) -> AsyncIterator[None]:
    yield


async def away() -> None:
    raise Unavailable("the database of 10.0.0.1 is away")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def app(metrics: Metrics) -> FastAPI:
    return public_app(SETTINGS, HttpMetrics(metrics), {"database": away}, idle)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    @app.get("/bug/{number}")
    async def bug(number: int) -> None:
        raise ValueError(f"the password is hunter{number}")

    @app.get("/outage")
    async def outage() -> None:
        await away()

    @app.get("/broken-stream")
    async def broken_stream() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"beginning"
            raise ValueError("hunter2")

        return StreamingResponse(body())

    @app.post("/echo")
    async def echo(request: Request) -> dict[str, str]:
        return {"body": (await request.body()).decode(), "request_id": request.state.request_id}

    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def test_a_bug_is_answered_without_a_word_about_its_cause(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/bug/2")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "internal"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "hunter" not in answer.text


async def test_an_outage_says_when_to_come_back_and_not_where(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/outage")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "10.0.0.1" not in answer.text


async def test_a_process_that_cannot_work_is_alive_and_not_ready(http: httpx2.AsyncClient) -> None:
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "not ready", "failed": ["database"]})
    assert (await http.get("/healthz")).status_code == 200


async def test_an_answer_that_breaks_halfway_is_cut(http: httpx2.AsyncClient) -> None:
    with pytest.raises(ValueError, match="hunter2"):  # the server closes the connection then
        await http.get("/broken-stream")


async def test_a_handler_knows_the_request_id(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/echo", content=b"x")
    assert UUID(answer.json()["request_id"]).version == 7
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_may_be_as_long_as_the_limit(
    http: httpx2.AsyncClient, size: int, status: int, chunked: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    answer = await http.post("/echo", content=chunks() if chunked else b"x" * size)
    assert answer.status_code == status
    assert "x-request-id" in answer.headers
    if status == 200:
        assert answer.json()["body"] == "x" * size


async def test_requests_are_counted_by_template_and_not_by_path(http: httpx2.AsyncClient, metrics: Metrics) -> None:
    for path in ("/bug/1", "/bug/2", "/nowhere/1", "/nowhere/2"):
        await http.get(path)
    told = metrics.expose().decode()
    assert 'pressroom_http_requests_total{method="GET",route="/bug/{number}",status="500"} 2.0' in told
    assert 'pressroom_http_requests_total{method="GET",route="unmatched",status="404"} 2.0' in told
    assert 'pressroom_http_request_seconds_count{method="GET",route="/bug/{number}"} 2.0' in told
    assert "/bug/1" not in told
    assert "nowhere" not in told


async def test_any_method_a_client_invents_is_one_label(http: httpx2.AsyncClient, metrics: Metrics) -> None:
    for method in ("BREW", "WHEN"):
        await http.request(method, "/healthz")
    told = metrics.expose().decode()
    assert 'method="OTHER"' in told
    assert "BREW" not in told
