"""What becomes of a job whose command was parked. The ledger keeps nothing of it: healing brings again what is lost."""

from uuid import UUID

from msgspec.structs import replace

from pressroom_common.contracts import TERMINAL, RunJob
from pressroom_gateway.problems import conflict

from .job import Job
from .messages import directive
from .outbox import Outbox
from .ports import Jobs


class ParkedCommands:
    def __init__(self, jobs: Jobs, outbox: Outbox, source: str) -> None:
        self._jobs = jobs
        self._outbox = outbox
        self._source = source

    async def end_job(self, command: RunJob) -> None:
        """Ask the worker's service for the job's end, where this was its latest publication. Raises Unavailable."""
        async with self._jobs.locked([command.job_id]) as work:
            job = work.jobs.get(command.job_id)
        if job is not None and waits_for(job, command):
            await self._outbox.cancel([directive(replace(job, cancel_requested="parked"), self._source)])

    async def replay(self, tenant_id: UUID, job_id: UUID) -> None:
        """Raises Problem, 409: a job that goes on needs no replay, and one that is over is not tried again by hand."""
        status = (await self._jobs.statuses(tenant_id, [job_id])).get(job_id)
        if status is None:
            raise conflict("The ledger does not know the job of this command: there is nothing to replay. Drop it.")
        if status not in TERMINAL:
            raise conflict(
                f"The job of this command is {status}: the ledger sends the command again by itself. Drop the message."
            )
        raise conflict(
            f"The job of this command is {status}, and a job that is over cannot be tried again: submit its request "
            "anew, and drop the message."
        )


def waits_for(job: Job, command: RunJob) -> bool:
    """Whether the job waits for this publication alone: a cancel that was asked for is told until it is answered."""
    latest = (job.tenant_id, job.attempt, job.dispatch) == (command.tenant_id, command.attempt, command.dispatch)
    return latest and job.out and not job.over and job.cancel_requested is None
