"""RabbitMQ: one connection to consume (FastStream's), one to publish (aio-pika's), so that neither stalls the other."""

from .consuming import Delivery, create_broker, route
from .publishing import Publisher, Unroutable

__all__ = ["Delivery", "Publisher", "Unroutable", "create_broker", "route"]
