"""Batches whose jobs depend on one another, at the ledger's door."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from integration.ledger.books import Replica, new_job
from pressroom_common.ids import uuid7
from pressroom_gateway.ledger.records import Dependency, MadeJob, NewBatch, NewJob


def new_batch(tenant: UUID, jobs: Sequence[NewJob], dependencies: Sequence[Dependency] = (), **wishes: Any) -> NewBatch:
    batch_id = uuid7()
    return NewBatch(
        id=batch_id,
        tenant_id=tenant,
        kind="generations",
        created_by="tests",
        jobs=[replace(job, batch_id=batch_id) for job in jobs],
        dependencies=list(dependencies),
        refused=Raw(b"[]"),
        **wishes,
    )


def graph(tenant: UUID, needs: Mapping[str, Sequence[str]], **wishes: Mapping[str, Any]) -> NewBatch:
    """Jobs by name, with the names of those that each depends on; a name's `wishes` change what its job is."""
    needed = {each for names in needs.values() for each in names}
    jobs = {
        name: new_job(
            tenant,
            name=name,
            waits_on=len(names),
            needed=name in needed,
            **{"lane": "low", "queue": "generator.low", **wishes.get(name, {})},
        )
        for name, names in needs.items()
    }
    edges = [
        Dependency(job_id=jobs[name].id, on_job_id=jobs[other].id) for name, names in needs.items() for other in names
    ]
    return new_batch(tenant, list(jobs.values()), edges)


async def made(replica: Replica, batch: NewBatch) -> dict[str, MadeJob]:
    """The jobs of a batch by name, once they stand."""
    jobs = await replica.ledger.submit_all(batch)
    assert jobs is not None
    await replica.settled()
    return {str(new.name): job for new, job in zip(batch.jobs, jobs, strict=True)}
