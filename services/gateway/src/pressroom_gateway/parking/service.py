"""Decides what becomes of parked messages. Nothing of a body is ever logged: it may be a client's prompt."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from pressroom_common import topology
from pressroom_common.contracts import RunJob
from pressroom_common.patience import patiently
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import conflict, not_found

from .contracts import Parked, ParkedQuery
from .measures import ParkingMetrics
from .message import LARGEST, NewMessage, ParkedStatus, was_command
from .ports import Commands, Messages, Publishing, Stored

logger = structlog.get_logger()

_SOURCES = {topology.COMMANDS, topology.EVENTS}
"""To what messages are published again. An exchange that is not there would cost us the channel."""


class Parking:
    def __init__(
        self, messages: Messages, commands: Commands, publishing: Publishing, metrics: ParkingMetrics, keep: float
    ) -> None:
        """`keep`: seconds that a row is kept."""
        self._messages = messages
        self._commands = commands
        self._publishing = publishing
        self._metrics = metrics
        self._keep = keep

    async def take(self, message: NewMessage, command: RunJob | None) -> None:
        """Returns when the row stands, however long the database is away: then the message may be acked.

        `command`: what the message is, where it is a command that can be read. Its job ends, also where the row stood
        already: whoever wrote it may have died before it could tell the run.
        """
        if await patiently(lambda: self._messages.add(message)):
            self._metrics.parked(message)
            logger.warning(
                "a message was parked",
                parked_id=str(message.id),
                queue=message.queue,
                reason=message.reason,
                job_id=str(message.job_id or ""),
            )
        if command is not None:
            await patiently(lambda: self._commands.end_job(command))

    async def page(self, query: ParkedQuery) -> Sequence[Parked]:
        return await self._messages.page(query)

    async def find(self, message_id: UUID) -> Stored:
        """Raises Problem."""
        stored = await self._messages.find(message_id)
        if stored is None:
            raise not_found("parked message")
        return stored

    async def replay(self, principal: Principal, message_id: UUID) -> Parked:
        """Published first, settled then: a crash between the two leaves it to be replayed again, which harms nobody.

        Raises Problem, and Unavailable: then it is still parked.
        """
        stored = await self.find(message_id)
        message = _unsettled(stored.message)
        if message.cut:
            raise conflict(f"Only the first {LARGEST:,} bytes of its body were kept: it cannot be replayed. Drop it.")
        if was_command(message.exchange, message.routing_key):
            await self._replay_command(message)
        elif message.exchange in _SOURCES:
            await self._publishing.publish(message.exchange, message.routing_key, stored.body)
        else:
            raise conflict("It is not known where this message came from: it cannot be replayed. Drop it.")
        return await self._settle(principal, message_id, "replayed")

    async def drop(self, principal: Principal, message_id: UUID) -> Parked:
        """The row stays until its time is over. Raises Problem."""
        return await self._settle(principal, message_id, "dropped")

    async def keep_house(self) -> None:
        """Forget what is old, and count what waits."""
        while await self._messages.forget(self._keep) == 1000:
            pass
        self._metrics.waiting.set(await self._messages.waiting())

    async def _replay_command(self, message: Parked) -> None:
        """Through the ledger: it alone knows whether the attempt is still its job's, and has the input."""
        if message.tenant_id is None or message.job_id is None:
            raise conflict("Nobody can read which job this command is of. The ledger sends it again itself. Drop it.")
        await self._commands.replay(message.tenant_id, message.job_id)

    async def _settle(self, principal: Principal, message_id: UUID, status: ParkedStatus) -> Parked:
        settled = await self._messages.settle(message_id, status, principal.created_by)
        if settled is not None:
            return settled
        return _unsettled((await self.find(message_id)).message)


def _unsettled(message: Parked) -> Parked:
    """Raises a 409 for what has been replayed or dropped."""
    if message.status != "parked":
        raise conflict(f"This message was {message.status} by {message.settled_by} already.")
    return message
