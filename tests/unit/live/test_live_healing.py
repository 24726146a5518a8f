"""A worker and two gateways on a bus that loses what it likes: whatever is lost is asked for again, and found."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import FollowJobs, LiveRun
from pressroom_common.ids import uuid7
from pressroom_common.worker import following as module
from pressroom_common.worker.feed import Feed
from pressroom_common.worker.following import Following
from pressroom_common.worker.records import Fence
from pressroom_gateway.live.channel import Channel
from protocol.profile import examples
from unit.live.desks import Desk, KeptWords
from unit.live.watched import JOB, TENANT
from unit.worker.workshop import settled

GATEWAYS = ("gateway-1", "gateway-2")


@dataclass
class Bus:
    """Between a worker and gateways. `losses`: which of the next words are lost; when they are used up, none is."""

    losses: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.following = Following(self._to_gateway)
        self.desks = {name: Desk() for name in GATEWAYS}
        for name, desk in self.desks.items():
            desk.live._words = _Follows(self, name)
            desk.has()

    def passes(self) -> bool:
        return not (self.losses and self.losses.pop())

    async def _to_gateway(self, gateway: str, runs: Sequence[LiveRun]) -> None:
        if self.passes():
            self.desks[gateway].live.told(runs)

    async def upkeep(self) -> None:
        for desk in self.desks.values():
            await desk.live.follow()
        await settled()


class _Follows(KeptWords):
    """The words of one gateway, as far as they reach the worker."""

    def __init__(self, bus: Bus, name: str) -> None:
        super().__init__()
        self._bus = bus
        self._name = name

    async def follow(self, service: str, job_ids: Sequence[UUID], anew: Sequence[UUID]) -> None:
        assert service == "generator"
        if self._bus.passes():
            now = datetime.now(UTC)
            message = FollowJobs(
                id=uuid7(), source=self._name, time=now, job_ids=tuple(job_ids), anew=tuple(anew), seconds=60
            )
            self._bus.following.follow(message)


ACTS = st.one_of(st.text("ab😀", min_size=1, max_size=4), st.just("another claim"), st.just("upkeep"))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACE", 0)


@given(acts=st.lists(ACTS, max_size=20), losses=st.lists(st.booleans(), max_size=40), first=st.sampled_from(GATEWAYS))
@examples(300)
def test_what_is_lost_is_found(acts: list[str], losses: list[bool], first: str) -> None:
    with ExitStack() as watches:
        text, claim, channels = asyncio.run(live_through(acts, losses, first, watches))
    assert [(channel.since(0), channel.claim) for channel in channels] == [(text, (1, claim))] * 2


async def live_through(
    acts: list[str], losses: list[bool], first: str, watches: ExitStack
) -> tuple[str, int, list[Channel]]:
    """`first`: the gateway that the command names. The other one joins as the run begins.

    The text in the end, its claim, and what both have of it.
    """
    bus = Bus(list(losses))
    channels: list[Channel] = []
    for name, desk in bus.desks.items():
        watch = watches.enter_context(desk.live.listening(JOB, known=name == first))
        channels.append(watch.channel)
        await desk.live.standing(TENANT, JOB)
    claim, text = 1, ""
    feed = _begin(bus, claim, first)
    for act in acts:
        if act == "another claim":
            bus.following.end(feed)
            claim, text = claim + 1, ""
            feed = _begin(bus, claim, "")
        elif act == "upkeep":
            await bus.upkeep()
        else:
            feed.text(act)
            text += act
        await settled()
    bus.losses.clear()
    for _ in range(2):  # at the first time some may have been heard of since the last
        await bus.upkeep()
    return text, claim, channels


def _begin(bus: Bus, claim: int, follower: str) -> Feed:
    feed = bus.following.begin(Fence(job_id=JOB, attempt=1, claim=claim), follower)
    feed.enter("calling_model")
    return feed
