"""The one word of control to services that take no commands: what their processes log from now on."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.contracts import SetLogLevel, decoder
from pressroom_common.telemetry import obey_log_level

from .consuming import Delivery, broadcast_route

_word = decoder(SetLogLevel)


def log_level_router(service: str, process: str) -> RabbitRouter:
    """`process` is this one's name."""

    async def on_word(delivery: Delivery) -> None:
        obey_log_level(_word(delivery.body), process)

    return RabbitRouter(handlers=[broadcast_route(topology.CONTROL, topology.control_key(service), process, on_word)])
