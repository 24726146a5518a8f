"""Gateways and monitors hear what they are to log: from HTTP to the process."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from integration.monitor.process import RunningMonitor, eventually
from integration.operations.gateways import NOWHERE, as_, gateway_of
from pressroom_common.broker import create_broker, log_level_router, start_taking
from pressroom_common.telemetry import log_level


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """What is set is put back."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


@asynccontextmanager
async def listening_gateway(monitor: RunningMonitor) -> AsyncIterator[None]:
    """The ear of one."""
    broker = create_broker(monitor.settings.amqp_url.get_secret_value())
    broker.include_router(log_level_router("gateway", "gateway-1"))
    await start_taking(broker)
    yield
    await broker.stop()


async def logs_from(level: str) -> None:
    async def so() -> bool:
        return log_level() == level

    await eventually(so)


async def test_a_monitor_and_a_gateway_log_what_they_are_told_to_while_the_monitor_does_not_answer(
    monitor: RunningMonitor,
) -> None:
    async with listening_gateway(monitor), gateway_of(NOWHERE, publisher=monitor.publisher) as http:
        for service, wanted in (("monitor", "error"), ("gateway", "debug")):
            path = f"/v1/admin/services/{service}/log-level"
            answer = await http.put(path, json={"level": wanted}, headers=as_("super-admin"))
            assert (answer.status_code, answer.json()["workers"]) == (202, [])
            await logs_from(wanted)
    assert await monitor.is_ready()


async def test_where_no_gateway_listens_the_order_is_not_answered_as_given(monitor: RunningMonitor) -> None:
    async with gateway_of(NOWHERE, publisher=monitor.publisher) as http:
        path = "/v1/admin/services/gateway/log-level"
        answer = await http.put(path, json={"level": "info"}, headers=as_("super-admin"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
