"""How transient words leave the gateway."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import FollowJobs, JobsChanged, encode
from pressroom_common.ids import uuid7


class RabbitWords:
    """`source` is this process's name; `lease` the seconds that a follow holds."""

    def __init__(self, publisher: Publisher, source: str, lease: float) -> None:
        self._publisher = publisher
        self._source = source
        self._lease = lease

    async def changed(self, job_ids: Sequence[UUID]) -> None:
        message = JobsChanged(job_ids=tuple(job_ids), **self._envelope())
        await self._publisher.send(topology.LIVE, topology.CHANGED_KEY, encode(message))

    async def follow(self, service: str, job_ids: Sequence[UUID], anew: Sequence[UUID]) -> None:
        message = FollowJobs(job_ids=tuple(job_ids), anew=tuple(anew), seconds=self._lease, **self._envelope())
        await self._publisher.send(topology.CONTROL, topology.control_key(service), encode(message))

    def _envelope(self) -> dict[str, Any]:
        return {"id": uuid7(), "source": self._source, "time": datetime.now(UTC)}
