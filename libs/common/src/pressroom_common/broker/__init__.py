"""RabbitMQ: one connection to consume (FastStream's), one to publish (aio-pika's), so that neither stalls the other."""

from .consuming import Delivery, broadcast_route, create_broker, route, start_taking, stop_taking
from .log_level import log_level_router
from .publishing import Publisher, Unroutable

__all__ = [
    "Delivery",
    "Publisher",
    "Unroutable",
    "broadcast_route",
    "create_broker",
    "log_level_router",
    "route",
    "start_taking",
    "stop_taking",
]
