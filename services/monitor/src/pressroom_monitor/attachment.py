"""Whether this process really takes messages: the broker's own flags stay true long after a connection broke."""

import asyncio

from aiormq.channel import Channel
from faststream.rabbit import RabbitBroker
from faststream.rabbit.subscriber.usecase import RabbitSubscriber

from pressroom_common.errors import Unavailable

_PATIENCE = 1.0
"""Seconds. While a connection is being made again, its channel is waited for."""


async def check_attached(broker: RabbitBroker) -> None:
    """Raises Unavailable unless every subscriber is consuming from its queue."""
    for subscriber in broker.subscribers:
        assert isinstance(subscriber, RabbitSubscriber)
        if not await _is_attached(subscriber):
            raise Unavailable(f"not attached to the queue {subscriber.queue.name}")


async def _is_attached(subscriber: RabbitSubscriber) -> bool:
    queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001 - there is no public way
    if queue is None or tag is None:
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            channel = await queue.channel.get_underlay_channel()
    except TimeoutError:
        return False
    assert isinstance(channel, Channel)
    return not channel.is_closed and tag in channel.consumers
