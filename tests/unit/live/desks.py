"""A gateway's live part on fakes: a ledger in memory, and words that are kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pressroom_common.contracts import JobStatus
from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_gateway.live.measures import LiveMetrics
from pressroom_gateway.live.records import Duration, Standing
from pressroom_gateway.live.service import Live
from unit.live.watched import JOB, Clock, standing


@dataclass
class LedgerInMemory:
    """The port `Standings`. `away`: the database cannot be reached; `asked`: what every query was about."""

    jobs: dict[UUID, Standing] = field(default_factory=dict)
    lately: list[Duration] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    away: bool = False

    def put(self, told: Standing) -> Standing:
        self.jobs[told.job.id] = told
        return told

    async def standings(self, job_ids: Sequence[UUID]) -> list[Standing]:
        await self._asked("standings", len(job_ids))
        return [self.jobs[job_id] for job_id in job_ids if job_id in self.jobs]

    async def versions(self, job_ids: Sequence[UUID]) -> dict[UUID, int]:
        await self._asked("versions", len(job_ids))
        return {job_id: self.jobs[job_id].version for job_id in job_ids if job_id in self.jobs}

    async def durations(self) -> list[Duration]:
        await self._asked("durations", 0)
        return self.lately

    async def _asked(self, query: str, jobs: int) -> None:
        self.asked.append((query, jobs))
        await asyncio.sleep(0)  # the way to a database takes a moment
        if self.away:
            raise Unavailable("the database is away")


@dataclass
class KeptWords:
    """The port `Words`."""

    changes: list[list[UUID]] = field(default_factory=list)
    follows: list[tuple[str, list[UUID], list[UUID]]] = field(default_factory=list)
    """Service, jobs, and those that are asked for from the beginning."""

    async def changed(self, job_ids: Sequence[UUID]) -> None:
        self.changes.append(list(job_ids))

    async def follow(self, service: str, job_ids: Sequence[UUID], anew: Sequence[UUID]) -> None:
        self.follows.append((service, list(job_ids), list(anew)))

    def take(self) -> list[tuple[str, list[UUID], list[UUID]]]:
        """The follows since the last time."""
        taken, self.follows = self.follows, []
        return taken


class Desk:
    """One gateway's live part, whose upkeep is called by hand."""

    def __init__(self, most: int = 100, first_words: float = 0) -> None:
        self.ledger, self.words, self.clock, self.metrics = LedgerInMemory(), KeptWords(), Clock(), Metrics()
        self.measures = LiveMetrics(self.metrics)
        self.live = Live(self.ledger, self.words, self.measures, ("generator",), most, self.clock, first_words)

    def has(self, status: JobStatus = "processing", version: int = 2, of: UUID = JOB, **fields: object) -> Standing:
        """The ledger has this job, and tells nobody."""
        return self.ledger.put(standing(status, version, id=of, **fields))

    @property
    def kept(self) -> int:
        """Channels in memory, counted by the upkeep."""
        return len(self.live._channels)

    def counted(self, metric: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"pressroom_{metric}")
