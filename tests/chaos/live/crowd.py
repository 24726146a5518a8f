"""Clients who make jobs, follow their own and those of others, and drop their connections while the storm lasts."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import aiohttp

from chaos.live.follower import AGAIN_SECONDS, Cut, Follow, restless
from chaos.live.system import LiveSystem
from integration.delivery.processes import eventually
from pressroom_common.ids import uuid7

BY_POST, CANCELLED = 0.4, 0.04
"""Shares of the storm's jobs."""
BEGUN = 20
"""Code points of a text that goes on."""
FAILING = 20
"""One in so many of the storm's jobs breaks off once, and one is refused by the provider."""


def subject(number: int) -> str:
    """Its text has letters of one, two and four bytes."""
    return f"Write about crème brûlée 🍮 {number:05}."


def sync_wish(number: int) -> dict[str, Any]:
    return {"prompt": subject(number), "execution_mode": "sync"}


def failures(jobs: int) -> list[dict[str, Any]]:
    """In the fake provider's words."""
    broken = ({"kind": "broken_stream", "match": f"{number:05}."} for number in range(7, jobs, FAILING))
    refused = ({"status": 400, "match": f"{number:05}."} for number in range(13, jobs, FAILING))
    return [*broken, *refused]


@dataclass(frozen=True)
class Audience:
    """Clients in mid-stream."""

    follows: Sequence[Follow]
    _tasks: Sequence[asyncio.Task[Follow]]

    async def ended(self) -> None:
        """Wait until all have come to the end of their jobs."""
        await asyncio.gather(*self._tasks)


class Crowd:
    """`made`: its jobs. All randomness is of the seed."""

    def __init__(self, system: LiveSystem, http: aiohttp.ClientSession, seed: int) -> None:
        self.follows: list[Follow] = []
        self.made: set[UUID] = set()
        self._system = system
        self._http = http
        self._seed = seed
        self._numbers = count()
        self._going_on: dict[int, Follow] = {}
        """Of those who made their jobs."""

    async def storm(self, clients: int, jobs: int, seconds: float) -> None:
        """`jobs` go on at a time. After so many seconds nobody drops a connection any more, and all come to an end."""
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._live(number, jobs, until) for number in range(clients)))

    async def audience(self, clients: int, jobs: int) -> Audience:
        """Who drop nothing, each of one of so many new jobs: every other of them a stream of its POST at first."""
        async with self._held():  # a call that nobody follows when it begins is not streamed
            made = await asyncio.gather(*(self.make(next(self._numbers)) for _ in range(jobs // 2)))
            follows = [Follow(next(self._numbers), by_post=False, job_id=job_id) for job_id in made]
            tasks = [asyncio.create_task(self._calmly(follow)) for follow in follows]
            await eventually(lambda: _are(follows, lambda follow: bool(follow.origin)), "the first are connected", 10)
        owners = [Follow(next(self._numbers), by_post=True) for _ in range(jobs - jobs // 2)]
        tasks += [asyncio.create_task(self._calmly(follow)) for follow in owners]
        await eventually(lambda: _are(owners, lambda follow: follow.job_id is not None), "their jobs are known", 10)
        follows += owners
        for n in range(clients - jobs):
            follow = Follow(next(self._numbers), by_post=False, job_id=follows[n % jobs].job_id)
            follows.append(follow)
            tasks.append(asyncio.create_task(self._calmly(follow)))
        self.follows += follows
        await eventually(lambda: _are(follows, _has_begun), f"{clients} clients are in mid-stream", 30)
        return Audience(follows, tasks)

    async def one_at(self, origin: str) -> Follow:
        """A job made and followed at this gateway alone, as a stream of its POST."""
        follow = Follow(next(self._numbers), by_post=True)
        self.follows.append(follow)
        dice = self._dice(follow.number)
        await self._system.follower(self._http, dice, [origin]).to_its_end(follow, sync_wish(follow.number))
        self.made |= {follow.job_id} if follow.job_id else set()
        return follow

    async def make(self, number: int) -> UUID:
        """An async job, asked for until a gateway takes it."""
        wish, key = {"prompt": subject(number)}, {"Idempotency-Key": f"live-{uuid7().hex}"}
        dice = self._dice(number)
        while True:
            url = f"{dice.choice(self._system.origins)}/v1/generations"
            with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                async with self._http.post(url, json=wish, headers=key) as answer:
                    assert answer.status in {202, 503}, await answer.text()
                    if answer.status == 202:
                        job_id = UUID((await answer.json())["id"])
                        self.made.add(job_id)
                        return job_id
            await asyncio.sleep(AGAIN_SECONDS)

    async def _live(self, client: int, jobs: int, until: float) -> None:
        dice = self._dice(f"client {client}")

        def restlessness(dice: random.Random) -> Cut | None:
            return restless(dice) if time.monotonic() < until else None

        follower = self._system.follower(self._http, dice, restlessness=restlessness)
        await asyncio.sleep(dice.uniform(0, 1))
        while time.monotonic() < until:
            others = [follow.job_id for follow in self._going_on.values() if follow.job_id is not None]
            if others and len(self._going_on) >= jobs:
                follow = Follow(next(self._numbers), by_post=False, job_id=dice.choice(others))
                self.follows.append(follow)
                await follower.to_its_end(follow)
            else:
                await self._own(follower, dice)

    async def _own(self, follower: Any, dice: random.Random) -> None:
        number = next(self._numbers)
        follow = self._going_on[number] = Follow(number, by_post=dice.random() < BY_POST)
        self.follows.append(follow)
        if not follow.by_post:
            follow.job_id = await self.make(number)
        regret = asyncio.create_task(self._regret(follow, dice)) if dice.random() < CANCELLED else None
        await follower.to_its_end(follow, sync_wish(number))
        del self._going_on[number]
        self.made |= {follow.job_id} if follow.job_id else set()
        if regret is not None:
            await regret

    async def _regret(self, follow: Follow, dice: random.Random) -> None:
        """Cancel it after a while."""
        await asyncio.sleep(dice.uniform(0.5, 6))
        if follow.job_id is not None:
            url = f"{dice.choice(self._system.origins)}/v1/jobs/{follow.job_id}/cancel"
            async with self._http.post(url) as answer:
                assert answer.status in {200, 202}, await answer.text()

    async def _calmly(self, follow: Follow) -> Follow:
        follower = self._system.follower(self._http, self._dice(follow.number))
        await follower.to_its_end(follow, sync_wish(follow.number))
        self.made |= {follow.job_id} if follow.job_id else set()
        return follow

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[None]:
        """No async job begins meanwhile."""
        await self._system.order("/v1/admin/lanes/default/pause")
        yield
        await self._system.order("/v1/admin/lanes/default/resume")

    def _dice(self, of: object) -> random.Random:
        return random.Random(f"{self._seed} {of}")


async def _are(follows: Sequence[Follow], so: Callable[[Follow], bool]) -> bool:
    return all(map(so, follows))


def _has_begun(follow: Follow) -> bool:
    assert follow.outcome == "no end", f"the text of {follow.job_id} was over before all had begun"
    return follow.in_mid_stream and len(follow.transcript.text) >= BEGUN
