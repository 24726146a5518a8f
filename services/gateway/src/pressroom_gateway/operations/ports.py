"""What the control of workers needs from the world."""

from typing import Protocol

from pressroom_common.contracts import Control
from pressroom_common.reads import Workers


class KnownWorkers(Protocol):
    async def workers(self) -> Workers:
        """Every worker process, as the monitor knows it. Raises Problem while the monitor is away."""
        ...


class ControlPort(Protocol):
    async def tell(self, service: str, message: Control) -> None:
        """To every process of a service. Raises Unavailable where the broker did not take it, or none listens."""
        ...
