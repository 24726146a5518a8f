"""How worker services are told to forget runs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pressroom_common import topology
from pressroom_common.broker import Publisher
from pressroom_common.contracts import FinishedRun, ForgetRuns, encode, service_of
from pressroom_common.ids import uuid7

from .records import ForgottenRun


class RabbitDirectives:
    """`source` is this process's name."""

    def __init__(self, publisher: Publisher, source: str) -> None:
        self._publisher = publisher
        self._source = source

    @property
    def ready(self) -> bool:
        return self._publisher.ready

    async def forget(self, runs: Sequence[ForgottenRun]) -> None:
        """One message for each service."""
        for service, finished in _by_service(runs).items():
            message = ForgetRuns(id=uuid7(), source=self._source, time=datetime.now(UTC), runs=tuple(finished))
            await self._publisher.publish(topology.COMMANDS, topology.cancellations_queue(service), encode(message))


def _by_service(runs: Iterable[ForgottenRun]) -> dict[str, list[FinishedRun]]:
    services: dict[str, list[FinishedRun]] = defaultdict(list)
    for run in runs:
        services[service_of(run.kind)].append(FinishedRun(job_id=run.job_id, attempt=run.attempt, n=run.n))
    return services
