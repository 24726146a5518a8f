"""Two gateways and two generators with room for many streams, and clients for them."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from chaos.live.follower import Follower, session
from chaos.plan import LEASE_SECONDS
from chaos.system import ChaosSystem

TOKENS, TOKENS_PER_SECOND = 240, 30
SYNC_SECONDS = 12
"""Longer than most texts take, and shorter than some that wait before."""


class LiveSystem(ChaosSystem):
    gateway_settings: Mapping[str, Any] = {"sync_requests_per_tenant": 200, "sync_seconds": SYNC_SECONDS}
    generator_settings: Mapping[str, Any] = {
        "lease_seconds": LEASE_SECONDS,
        "slots_high": 16,
        "slots_default": 24,
        "slots_low": 4,
    }

    async def writes(self, tokens: int = TOKENS, per_second: float = TOKENS_PER_SECOND, **scenario: Any) -> None:
        """The provider's pace from the next call on, with no failures but those that are named."""
        named = {"latency_ms": 150, "latency_jitter": 100, "fail": []} | scenario
        await self.provider.changes(tokens=tokens, tokens_per_second=per_second, **named)

    def session(self) -> aiohttp.ClientSession:
        """Of one tenant's clients."""
        return session(self.keys["demo"])

    def follower(
        self, http: aiohttp.ClientSession, dice: random.Random, origins: Sequence[str] = (), **ways: Any
    ) -> Follower:
        """At any gateway, unless some are named."""
        return Follower(http, origins or self.origins, dice, **ways)
