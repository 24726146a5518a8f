"""The floor's HTTP side: a job row, a confirmed publish, 202."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

QUEUE = "jobs"
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}

TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    id uuid PRIMARY KEY,
    status text NOT NULL DEFAULT 'pending',
    prompt text NOT NULL,
    content text,
    input_tokens integer,
    output_tokens integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz
)
"""
INSERT = "INSERT INTO jobs (id, prompt) VALUES ($1, $2)"
SELECT = "SELECT id, status, content, input_tokens, output_tokens, created_at, completed_at FROM jobs WHERE id = $1"


class Generation(BaseModel):
    prompt: Annotated[str, Field(min_length=1, max_length=20_000)]


class Command(BaseModel):
    job_id: UUID
    prompt: str


class Accepted(BaseModel):
    id: UUID
    status: str
    links: dict[str, str]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    connection = await aio_pika.connect_robust(os.environ["FLOOR_AMQP_URL"])
    async with asyncpg.create_pool(os.environ["FLOOR_DATABASE_URL"], min_size=5, max_size=10) as pool, connection:
        await pool.execute(TABLE)
        channel = await connection.channel()
        await channel.declare_queue(QUEUE, durable=True, arguments=QUORUM)
        app.state.pool, app.state.exchange = pool, channel.default_exchange
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/generations", status_code=202)
async def submit(generation: Generation, request: Request) -> Accepted:
    job_id = uuid4()
    await request.app.state.pool.execute(INSERT, job_id, generation.prompt)
    command = Command(job_id=job_id, prompt=generation.prompt)
    message = aio_pika.Message(
        command.model_dump_json().encode(),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await request.app.state.exchange.publish(message, routing_key=QUEUE)
    return Accepted(id=job_id, status="pending", links={"self": f"/v1/generations/{job_id}"})


@app.get("/v1/generations/{job_id}")
async def show(job_id: UUID, request: Request) -> dict[str, Any]:
    row = await request.app.state.pool.fetchrow(SELECT, job_id)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["FLOOR_PORT"]),
        http="httptools",
        loop="asyncio",
        access_log=False,
        log_level="warning",
    )
