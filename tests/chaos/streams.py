"""Sync requests that are streamed: each is followed to its end, whatever breaks meanwhile, by a strict client."""

import random
from typing import Any

import aiohttp

from chaos.answers import NEVER, Answer
from chaos.live.follower import Follow, Follower, session
from chaos.plan import Wish
from chaos.system import ChaosSystem
from pressroom_common.contracts import JobStatus

OK = 200
STATUSES: dict[str, JobStatus] = {"result": "completed", "error": "failed", "cancelled": "cancelled"}
"""By the last word."""


class Streams:
    def __init__(self, system: ChaosSystem) -> None:
        self.follows: list[Follow] = []
        self._system = system
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        for http in self._sessions.values():
            await http.close()

    async def follow(self, wish: Wish, body: dict[str, Any], key: str | None) -> Answer:
        """What the client was told in the end."""
        if wish.tenant not in self._sessions:
            self._sessions[wish.tenant] = session(self._system.keys[wish.tenant])
        follow = Follow(wish.number, by_post=True)
        self.follows.append(follow)
        follower = Follower(self._sessions[wish.tenant], self._system.origins, random.Random(wish.number))
        await follower.to_its_end(follow, body, key)
        transcript = follow.transcript
        return Answer(
            number=wish.number,
            asked="stream",
            code=OK if transcript.end is not None else NEVER,
            job_id=follow.job_id,
            status=STATUSES.get(follow.outcome),
            content=transcript.text if follow.outcome == "result" else None,
            error_code=transcript.end.data["code"] if transcript.end and follow.outcome == "error" else None,
            text="" if transcript.end is not None else "it heard of no end",
        )
