"""`python -m pressroom_devstack.fake_openai --port 8099`: runs until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import signal

import msgspec

from .app import running
from .provider import WRONG_KEY
from .scenario import Scenario


def main() -> None:
    asyncio.run(_serve(_parsed()))


def _parsed() -> argparse.Namespace:
    usual = Scenario()
    parser = argparse.ArgumentParser(prog="fake_openai", description="A fake OpenAI-compatible provider.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 for any free one")
    parser.add_argument("--latency-ms", type=float, default=usual.latency_ms)
    parser.add_argument("--tokens", type=int, default=usual.tokens)
    parser.add_argument("--tokens-per-second", type=float, default=usual.tokens_per_second, help="of a stream")
    parser.add_argument("--wrong-key", default=WRONG_KEY, help="the one API key that is answered with 401")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    named = {name: getattr(options, name) for name in ("latency_ms", "tokens", "tokens_per_second")}
    scenario = msgspec.convert(named, Scenario)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(scenario, host=options.host, port=options.port, wrong_key=options.wrong_key) as origin:
        gc.freeze()
        print(f"fake provider on {origin}/v1", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main()
