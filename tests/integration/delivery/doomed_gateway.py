"""`python -m integration.delivery.doomed_gateway`: the real gateway, killed between a commit and its publish."""

import os
import signal

from pressroom_gateway.__main__ import main
from pressroom_gateway.ledger import wiring
from pressroom_gateway.ledger.commands import RabbitCommands


class DoomedCommands(RabbitCommands):
    async def run(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    wiring.RabbitCommands = DoomedCommands  # type: ignore[attr-defined]
    main([])
