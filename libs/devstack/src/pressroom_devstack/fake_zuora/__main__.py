"""`python -m pressroom_devstack.fake_zuora --port 8098`: runs until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import os
import signal
import sys
import threading

from .app import running
from .scenario import Behaviour


def main() -> None:
    asyncio.run(_serve(_parsed()))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fake_zuora", description="A fake of Zuora's workflow API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 for any free one")
    parser.add_argument("--latency-ms", type=float, default=Behaviour().latency_ms)
    parser.add_argument("--tethered", action="store_true", help="end also when standard input does: with a test")
    parser.add_argument("--empty", action="store_true", help="without the accounts of the demo")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    if options.tethered:
        threading.Thread(target=_follow_input, args=(asyncio.get_running_loop(), stopped), daemon=True).start()
    behaviour = Behaviour(latency_ms=options.latency_ms)
    async with running((), behaviour, demo=not options.empty, host=options.host, port=options.port) as origin:
        gc.freeze()
        print(f"fake Zuora on {origin}", flush=True)
        await stopped.wait()


def _follow_input(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """Its other end is held by who started this, and is closed however that ends."""
    while os.read(sys.stdin.fileno(), 1024):  # not `sys.stdin.read`, whose lock the end of the interpreter waits for
        pass
    loop.call_soon_threadsafe(stopped.set)


if __name__ == "__main__":
    main()
