"""Serves applications in one event loop until SIGTERM or SIGINT; then their lifespans drain, and the exit code is 0."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

logger = structlog.get_logger()

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_KEEP_ALIVE_SECONDS = 75
"""Longer than load balancers and clients keep an idle connection: they close it, and so never write to a closed one."""


_STALLED_MILLISECONDS = 60_000


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


def server(app: FastAPI, host: str, port: int, shutdown_seconds: float = 10.0) -> uvicorn.Server:
    """`shutdown_seconds`: how long running requests may take after SIGTERM before they are cut."""
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="none",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, round(shutdown_seconds)),
        )
    )


def serve(
    *servers: tuple[FastAPI, str, int], shutdown_seconds: float = 10.0, stopping: Callable[[], None] = lambda: None
) -> None:
    """Serve (application, host, port) side by side. The first drains before the others end: they tell of it so long.

    `stopping` is called at the signal: requests that would last have to end by themselves.
    """
    running = [server(*each, shutdown_seconds) for each in servers]
    sockets = [_bound(each) for each in running]  # a port that is taken ends the process before it starts
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(running, sockets, stopping))


def _bound(each: uvicorn.Server) -> socket.socket:
    """Connections inherit TCP_NODELAY: asyncio sets it only where it made the socket, and a body would wait 40 ms.

    And a limit for clients that take nothing: a connection that is closed would wait for them for ever.
    """
    bound = each.config.bind_socket()
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_MILLISECONDS)
    return bound


async def _serve(
    servers: Sequence[uvicorn.Server], sockets: Sequence[socket.socket], stopping: Callable[[], None]
) -> None:
    stop = asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(each.serve([bound])) for each, bound in zip(servers, sockets, strict=True)]
    signalled = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, signalled], return_when=asyncio.FIRST_COMPLETED)
    stopping()
    for each, task in zip(servers, tasks, strict=True):
        each.should_exit = True
        await task
    signalled.cancel()


def start_or_exit(start: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start something in the background; a bug in it ends the process, so that a supervisor sees it."""

    async def run() -> None:
        try:
            await start
        except Exception:
            logger.exception("the process cannot start")
            signal.raise_signal(signal.SIGTERM)

    return asyncio.create_task(run())
