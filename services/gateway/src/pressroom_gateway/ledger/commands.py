"""How commands leave the gateway."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import (
    CancelJob,
    JobTransitions,
    Lane,
    RunJob,
    Transition,
    encode,
    lane_queue,
    service_of,
)
from pressroom_common.ids import uuid7


class RabbitCommands:
    """`source` is this process's name."""

    def __init__(self, publisher: Publisher, source: str) -> None:
        self._publisher = publisher
        self._source = source

    @property
    def ready(self) -> bool:
        return self._publisher.ready

    async def run(self, command: RunJob, lane: Lane) -> None:
        key = lane_queue(service_of(command.kind), lane)
        await self._publisher.publish(topology.COMMANDS, key, encode(command))

    async def cancel(self, directive: CancelJob) -> None:
        key = topology.cancellations_queue(service_of(directive.kind))
        await self._publisher.publish(topology.COMMANDS, key, encode(directive))

    async def log(self, transitions: Sequence[Transition]) -> None:
        message = JobTransitions(
            id=uuid7(), source=self._source, time=datetime.now(UTC), transitions=tuple(transitions)
        )
        await self._publisher.publish(topology.EVENTS, topology.TRANSITIONS_KEY, encode(message))
