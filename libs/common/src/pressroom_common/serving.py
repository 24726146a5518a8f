"""Runs ASGI applications until SIGTERM; then their lifespans drain, and the process exits 0."""

import asyncio
import gc
import signal
from collections.abc import Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

logger = structlog.get_logger()


class _Server(uvicorn.Server):
    """Leaves signals to `serve`: several servers share one loop."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def serve(*servers: tuple[FastAPI, str, int]) -> None:
    """Serve (application, host, port) side by side in one event loop."""
    asyncio.run(_serve(servers))


async def _serve(servers: tuple[tuple[FastAPI, str, int], ...]) -> None:
    running = [_server(*server) for server in servers]

    def stop() -> None:
        for server in running:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    gc.freeze()  # what was imported is never garbage
    await asyncio.gather(*(server.serve() for server in running))


def _server(app: FastAPI, host: str, port: int) -> _Server:
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, http="httptools", lifespan="on"
    )
    return _Server(config)


def start_or_exit(start: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start something in the background; a bug in it ends the process, so that a supervisor sees it."""

    async def run() -> None:
        try:
            await start
        except Exception:
            logger.exception("the process cannot start")
            signal.raise_signal(signal.SIGTERM)

    return asyncio.create_task(run())
