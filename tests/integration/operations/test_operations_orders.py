"""Super-admins tell workers what to do: from HTTP by way of the monitor to the queue of a worker process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import httpx2
import pytest
from aio_pika.abc import AbstractQueue

from integration.monitor.process import RunningMonitor
from integration.operations.gateways import NOWHERE, as_, gateway_of, listening
from pressroom_common import topology
from pressroom_common.contracts import Control, Decoder, DrainWorker, RestartWorker, SetLogLevel
from unit.monitor.events import heartbeat

_control: Decoder[Control] = Decoder(Control)
LEVEL = {"level": "debug"}
ORDERS: list[tuple[str, str, dict[str, str] | None]] = [
    ("POST", "/v1/admin/workers/generator-1/drain", None),
    ("POST", "/v1/admin/workers/generator-1/restart", None),
    ("PUT", "/v1/admin/workers/generator-1/log-level", LEVEL),
    ("PUT", "/v1/admin/services/generator/log-level", LEVEL),
]
"""Method, path, body."""


@asynccontextmanager
async def worker_queue(monitor: RunningMonitor) -> AsyncIterator[AbstractQueue]:
    """What a generator process hears."""
    async with await aio_pika.connect(monitor.settings.amqp_url.get_secret_value(), timeout=10) as connection:
        queue = await (await connection.channel()).declare_queue(exclusive=True)
        await queue.bind(topology.CONTROL, topology.control_key("generator"))
        yield queue


async def heard(queue: AbstractQueue) -> Control:
    message = await queue.get(no_ack=True, timeout=10)
    assert message is not None
    return _control(message.body)


async def ordered(http: httpx2.AsyncClient, method: str, path: str, body: Any) -> dict[str, Any]:
    answer = await http.request(method, path, json=body, headers=as_("super-admin"))
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_orders_reach_the_worker_that_the_monitor_knows(monitor: RunningMonitor) -> None:
    await monitor.tell(heartbeat(log_level="info"))
    await monitor.folded("SELECT count(*) FROM workers", 1)
    async with (
        listening(monitor.app) as url,
        gateway_of(url, publisher=monitor.publisher) as http,
        worker_queue(monitor) as queue,
    ):
        for method, path, body in ORDERS:
            told = await ordered(http, method, path, body)
            assert told["workers"] == ["generator-1"]
            assert told["detail"]
        words = [await heard(queue) for _ in ORDERS]
        shown = (await http.get("/v1/admin/workers", headers=as_("super-admin"))).json()
    assert [type(word) for word in words] == [DrainWorker, RestartWorker, SetLogLevel, SetLogLevel]
    assert [getattr(word, "worker", None) for word in words] == ["generator-1", "generator-1", "generator-1", ""]
    assert {word.level for word in words if isinstance(word, SetLogLevel)} == {"debug"}
    assert [worker["log_level"] for worker in shown["items"]] == ["info"]


async def test_where_nobody_lives_the_answer_says_so(monitor: RunningMonitor) -> None:
    await monitor.tell(heartbeat(stopped=True))
    await monitor.folded("SELECT count(*) FROM workers", 1)
    async with listening(monitor.app) as url, gateway_of(url, publisher=monitor.publisher) as http:
        for method, path, body in ORDERS:
            answer = await http.request(method, path, json=body, headers=as_("super-admin"))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert "/v1/admin/workers" in answer.json()["detail"]


async def test_where_no_process_listens_the_order_is_not_answered_as_given(monitor: RunningMonitor) -> None:
    """The monitor has not noticed yet that the worker is gone."""
    await monitor.tell(heartbeat())
    await monitor.folded("SELECT count(*) FROM workers", 1)
    async with listening(monitor.app) as url, gateway_of(url, publisher=monitor.publisher) as http:
        answer = await http.post("/v1/admin/workers/generator-1/restart", headers=as_("super-admin"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_others_are_refused(method: str, path: str, body: dict[str, str] | None) -> None:
    async with gateway_of(NOWHERE) as http:
        for role in ("viewer", "editor", "tenant-admin"):
            assert (await http.request(method, path, json=body, headers=as_(role))).status_code == 403


@pytest.mark.parametrize("body", [{}, {"level": "INFO"}, {"level": "trace"}, {"level": "info", "for": 60}, None])
async def test_a_level_that_there_is_not_is_refused(body: Any) -> None:
    async with gateway_of(NOWHERE) as http:
        answer = await http.put("/v1/admin/workers/generator-1/log-level", json=body, headers=as_("super-admin"))
    assert answer.status_code == 422


async def test_while_the_monitor_is_away_nobody_knows_whom_to_tell() -> None:
    async with gateway_of(NOWHERE) as http:
        answer = await http.post("/v1/admin/workers/generator-1/drain", headers=as_("super-admin"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
