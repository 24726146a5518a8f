"""Everything that is measured, running side by side: who is not asked costs nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import Request, urlopen

import msgspec

from bench.live.clients import Target
from bench.live.metering import Meter
from bench.live.streams import Pace
from bench.stack import Stack, answering, reset_provider
from bench.systems import LOOPBACK, Pressroom, provider_env

PATH = "/v1/generations"
PASSTHROUGH = "passthrough"
_SLOTS = 300
_SETTINGS = {
    "GATEWAY_SYNC_REQUESTS_PER_TENANT": "1000",
    "GATEWAY_SYNC_REQUESTS": "1000",
    "GATEWAY_WINDOW_MIN": "2000",
    "GENERATOR_SLOTS_HIGH": str(_SLOTS),
}
"""All clients are of one tenant, and none of them waits for another."""


@dataclass(frozen=True)
class Site:
    provider: str
    pressroom: Target
    passthrough: Target
    meter: Meter

    def keep(self, pace: Pace) -> None:
        """The provider's, from now on; it forgets what it was asked before."""
        reset_provider(self.provider)
        wanted = {"latency_ms": pace.latency_ms, "tokens": pace.tokens, "tokens_per_second": pace.per_second}
        with urlopen(Request(f"{self.provider}/__fake__/scenario", msgspec.json.encode(wanted)), timeout=10) as answer:
            answer.read()


@contextmanager
def running_site(stack: Stack) -> Iterator[Site]:
    """One gateway and two generators, with the monitor beside them, and the process that hands on the SDK's streams."""
    port = stack.ports.port(PASSTHROUGH)
    origin = f"http://{LOOPBACK}:{port}"
    env = {"PASSTHROUGH_PORT": str(port), **provider_env(stack)}
    system = Pressroom(stack, slots=_SLOTS, settings=_SETTINGS)
    with system.running() as running, stack.processes() as group:
        group.start(PASSTHROUGH, "bench.live.passthrough", env, answering(f"{origin}/readyz"))
        pids = {**running.pids, **group.pids, "provider": stack.provider_pid}
        yield Site(
            provider=stack.provider,
            pressroom=Target(running.origin, PATH, running.headers),
            passthrough=Target(origin, PATH, {}),
            meter=Meter(pids, stack.server_pids),
        )
