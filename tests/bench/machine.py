"""What the figures were measured on."""

import asyncio
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import asyncpg

from pressroom_devstack.infrastructure import Infrastructure

LIBRARIES = ("fastapi", "uvicorn", "aio-pika", "asyncpg", "openai")


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def machine(servers: Infrastructure) -> str:
    overview = servers.rabbitmq.management.get("overview")
    parts = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"Python {platform.python_version()}",
        f"PostgreSQL {asyncio.run(_postgres_version(servers.database_url))}",
        f"RabbitMQ {overview['rabbitmq_version']}",
        *(f"{library} {version(library)}" for library in LIBRARIES),
    ]
    return ", ".join(parts)


def _processor() -> str:
    """As Linux names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


async def _postgres_version(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str((await connection.fetchval("SHOW server_version")).split()[0])
    finally:
        await connection.close()
