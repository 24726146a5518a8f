"""What becomes of a job whose command was parked. The ledger keeps nothing of it: healing brings again what is lost."""

from uuid import UUID

from msgspec.structs import replace

from pressroom_common.contracts import RunJob
from pressroom_gateway.problems import conflict

from .control import JobControl
from .job import Job
from .messages import directive
from .outbox import Outbox
from .ports import Jobs


class ParkedCommands:
    def __init__(self, jobs: Jobs, outbox: Outbox, control: JobControl, source: str) -> None:
        self._jobs = jobs
        self._control = control
        self._outbox = outbox
        self._source = source

    async def end_job(self, command: RunJob) -> None:
        """Ask the worker's service for the job's end, where this was its latest publication. Raises Unavailable."""
        found = await self._jobs.read(command.job_id)
        if found is not None and waits_for(found[0], command):
            await self._outbox.cancel([directive(replace(found[0], cancel_requested="parked"), self._source)])

    async def replay(self, tenant_id: UUID, job_id: UUID) -> None:
        """A retry by hand of the command's job. Raises Problem, 409, for one that goes on by itself or is completed."""
        status = (await self._jobs.statuses(tenant_id, [job_id])).get(job_id)
        if status is None:
            raise conflict("The ledger does not know the job of this command: there is nothing to replay. Drop it.")
        if status not in {"failed", "cancelled"}:
            raise conflict(f"The job of this command is {status}: it needs no replay. Drop the message.")
        await self._control.try_again(tenant_id, job_id)


def waits_for(job: Job, command: RunJob) -> bool:
    """Whether the job waits for this publication alone: a cancel that was asked for is told until it is answered."""
    latest = (job.tenant_id, job.attempt, job.dispatch) == (command.tenant_id, command.attempt, command.dispatch)
    return latest and job.out and not job.over and job.cancel_requested is None
