"""Transient words in: from the ledgers of all gateways, and from workers."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, broadcast_route
from pressroom_common.contracts import JobsChanged, LiveRuns, decoder

from .service import Live

_changed = decoder(JobsChanged)
_runs = decoder(LiveRuns)


def router(live: Live, name: str) -> RabbitRouter:
    """`name` is this process's: workers send what is followed here under it."""

    async def on_changed(delivery: Delivery) -> None:
        message = _changed(delivery.body)
        if message.source != name:
            live.heard(message.job_ids)

    async def on_runs(delivery: Delivery) -> None:
        live.told(_runs(delivery.body).runs)

    return RabbitRouter(
        handlers=[
            broadcast_route(topology.LIVE, topology.CHANGED_KEY, name, on_changed),
            broadcast_route(topology.LIVE, name, name, on_runs),
        ]
    )
