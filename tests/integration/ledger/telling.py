"""What workers tell, about jobs of the tests' own."""

from collections.abc import Iterable

from msgspec.structs import replace

from pressroom_common.contracts import Snapshot
from pressroom_common.ids import snapshot_id
from pressroom_gateway.ledger.job import Job
from protocol.histories import Story


def of_job(told: Iterable[Snapshot], job: Job) -> list[Snapshot]:
    """The same history, of another job."""
    return [
        replace(snapshot, job_id=job.id, tenant_id=job.tenant_id, id=snapshot_id(job.id, snapshot.attempt, snapshot.n))
        for snapshot in told
    ]


def story(*states: str) -> list[Snapshot]:
    """A run that ends like this, again and again."""
    told = Story()
    for state in states:
        told.claim("generator-1")
        told.conclude(state, 5, permanent=False)
        told.runs.pass_time(200)
    return told.told
