"""How words of control leave the gateway."""

from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import Control, encode


class RabbitControl:
    """Confirmed, unlike what workers tell each other: a person is waiting to know that it was heard."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def tell(self, service: str, message: Control) -> None:
        await self._publisher.publish(topology.CONTROL, topology.control_key(service), encode(message))
