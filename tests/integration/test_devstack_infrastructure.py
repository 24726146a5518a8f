"""The servers that tests get are real, empty, and keep what is durable through kill and restart."""

import asyncio

import aio_pika
import asyncpg

from pressroom_devstack.infrastructure import Infrastructure

# RabbitMQ 3.10 writes a new quorum queue's name to disk within a second; killed before, it never elects its leader.
NEW_QUEUE_IS_SAFE_AFTER_S = 1.5


async def test_fresh_databases_are_empty_and_apart(infrastructure: Infrastructure) -> None:
    first, second = infrastructure.fresh_database("first"), infrastructure.fresh_database("first")
    connection = await asyncpg.connect(first)
    await connection.execute("CREATE TABLE only_here (id int)")
    await connection.close()

    connection = await asyncpg.connect(second)
    assert await connection.fetchval("SELECT to_regclass('only_here')") is None
    await connection.close()


async def test_fresh_vhosts_are_empty_and_apart(infrastructure: Infrastructure) -> None:
    first, second = infrastructure.fresh_vhost(), infrastructure.fresh_vhost()
    async with await aio_pika.connect(first) as connection:
        channel = await connection.channel()
        await channel.declare_queue("only-here", durable=True)

    assert first != second
    vhost = second.rpartition("/")[2]
    assert infrastructure.rabbitmq.management.get(f"queues/{vhost}") == []


async def test_killed_servers_come_back_with_their_data(restartable_infrastructure: Infrastructure) -> None:
    servers = restartable_infrastructure
    connection = await asyncpg.connect(servers.database_url)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    async with await aio_pika.connect(servers.amqp_url) as broker:
        channel = await broker.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"42", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=queue.name)

    await asyncio.sleep(NEW_QUEUE_IS_SAFE_AFTER_S)
    for server in (servers.postgres, servers.rabbitmq):
        server.kill()
        server.start()

    connection = await asyncpg.connect(servers.database_url)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()
    async with await aio_pika.connect(servers.amqp_url) as broker:
        queue = await (await broker.channel()).get_queue("kept")
        async with queue.iterator(timeout=10) as messages:
            received = await anext(messages)
            await received.ack()
    assert received.body == b"42"
