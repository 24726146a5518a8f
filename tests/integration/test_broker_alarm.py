"""Under an alarm the broker takes no publications, while its connections stay open."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.errors import Unavailable
from pressroom_devstack import rabbitmq_config
from pressroom_devstack.infrastructure import Infrastructure
from pressroom_devstack.rabbitmq import RabbitMQ
from pressroom_devstack.rabbitmq_docker import DockerRabbitMQ
from pressroom_devstack.servers import MessageBroker


@pytest.fixture
async def publisher(restartable_infrastructure: Infrastructure) -> AsyncIterator[Publisher]:
    url = await asyncio.to_thread(restartable_infrastructure.fresh_vhost, "alarm")
    publisher = Publisher(url, confirm_seconds=1.0)
    publisher.start()
    await publisher.connected()
    yield publisher
    await publisher.stop()


async def memory_limit(broker: MessageBroker, limit: str) -> None:
    """Below what the node has already, it is an alarm."""
    await asyncio.to_thread(control, broker, "set_vm_memory_high_watermark", "absolute", limit)


def control(broker: MessageBroker, *words: str) -> None:
    """`rabbitmqctl`, where the node runs."""
    if isinstance(broker, RabbitMQ):
        binaries = broker._find_binaries()
        command, folder = ["./rabbitmqctl"], binaries.server.parent
        environment = rabbitmq_config.environment(broker._home, broker._plan.ports, binaries)
    else:
        assert isinstance(broker, DockerRabbitMQ)
        command, folder = ["docker", "exec", broker._container, "rabbitmqctl"], Path("/")
        environment = dict(os.environ)
    subprocess.run([*command, *words], cwd=folder, env=environment, check=True, capture_output=True, timeout=60)


async def turns(publisher: Publisher, *, ready: bool) -> None:
    async with asyncio.timeout(20):
        while publisher.ready is not ready:  # noqa: ASYNC110 - the broker says when
            await asyncio.sleep(0.05)


async def test_a_publisher_is_not_ready_under_an_alarm_and_is_so_again_after_it(
    restartable_infrastructure: Infrastructure, publisher: Publisher
) -> None:
    broker = restartable_infrastructure.rabbitmq
    assert publisher.ready
    await memory_limit(broker, "1MB")
    try:
        with pytest.raises(Unavailable):
            await publisher.publish(topology.PARK, "", b"{}")
        await turns(publisher, ready=False)
    finally:
        await memory_limit(broker, "1GB")
    await turns(publisher, ready=True)
    await publisher.publish(topology.PARK, "", b"{}")
