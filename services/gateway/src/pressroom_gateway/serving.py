"""Serves several applications in one event loop until SIGTERM or SIGINT, then lets running requests finish."""

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """Leaves the signals to `serve`, which handles them once for all servers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What exists after the start lives as long as the process: the garbage collector need not look at it again."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def server(app: FastAPI, host: str, port: int, shutdown_seconds: float) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="asyncio",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=max(1, round(shutdown_seconds)),
        )
    )


async def serve(servers: Sequence[uvicorn.Server]) -> None:
    """The first one is public: it drains before the others end, so that they tell of it until the end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(each.serve()) for each in servers]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for each, task in zip(servers, tasks, strict=True):
        each.should_exit = True
        await task
    stopping.cancel()
