"""The floor's worker: one model call a message, one update, then the ack."""

import asyncio
import os
import signal
from typing import Any

import aio_pika
import asyncpg
from aio_pika.abc import AbstractIncomingMessage
from openai import APIError, AsyncOpenAI

from bench.floor.gateway import QUEUE, QUORUM, Command

MODEL = "gpt-5.4-mini"
COMPLETE = (
    "UPDATE jobs SET status = 'completed', content = $2, input_tokens = $3, output_tokens = $4, completed_at = now() "
    "WHERE id = $1"
)
FAIL = "UPDATE jobs SET status = 'failed', completed_at = now() WHERE id = $1"


class Worker:
    def __init__(self, pool: Any, provider: AsyncOpenAI) -> None:
        self._pool = pool
        self._provider = provider

    async def handle(self, message: AbstractIncomingMessage) -> None:
        async with message.process(requeue=True):
            command = Command.model_validate_json(message.body)
            try:
                await self._complete(command)
            except APIError:
                await self._pool.execute(FAIL, command.job_id)

    async def _complete(self, command: Command) -> None:
        answer = await self._provider.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": command.prompt}]
        )
        usage = answer.usage
        await self._pool.execute(
            COMPLETE,
            command.job_id,
            answer.choices[0].message.content,
            usage and usage.prompt_tokens,
            usage and usage.completion_tokens,
        )


async def main() -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    connection = await aio_pika.connect_robust(os.environ["FLOOR_AMQP_URL"])
    async with (
        asyncpg.create_pool(os.environ["FLOOR_DATABASE_URL"], min_size=5, max_size=10) as pool,
        AsyncOpenAI() as provider,
        connection,
    ):
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=int(os.environ["FLOOR_PREFETCH"]))
        queue = await channel.declare_queue(QUEUE, durable=True, arguments=QUORUM)
        await queue.consume(Worker(pool, provider).handle)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
