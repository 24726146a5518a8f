"""One job as all tables tell of it when everything agrees: what the tests of the checkers break."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from integration.delivery.rows import Call, Entry, Heard, Job, Rows, Run

ID, CALL = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
USED = {"calls": 1, "output_tokens": 20}
USAGE = {"a-model": USED}
RESULT = {"content": "A text.", "model": "a-model"}

JOB = Job(
    id=ID,
    status="completed",
    attempt=1,
    attempt_base=0,
    out=True,
    claim=1,
    n=2,
    version=3,
    publications=1,
    cancel_requested=None,
    run_at=None,
    completed_at=NOW,
    error=None,
    usage=USAGE,
    result=RESULT,
)
LOG = [
    Entry(job_id=ID, version=1, status="pending", attempt=1, at=NOW, worker=""),
    Entry(job_id=ID, version=2, status="processing", attempt=1, at=NOW, worker="w"),
    Entry(job_id=ID, version=3, status="completed", attempt=1, at=NOW, worker="w"),
]
RUN = Run(
    job_id=ID,
    attempt=1,
    claim=1,
    n=2,
    claims=1,
    state="completed",
    holder="w",
    cancelled_by=None,
    lease_until=NOW,
    ended_at=NOW,
    updated_at=NOW,
    error=None,
    usage=USAGE,
    result=RESULT,
)
BOUGHT = Call(
    id=CALL,
    job_id=ID,
    attempt=1,
    claim=1,
    step="text",
    model="a-model",
    sent_at=NOW,
    ended_at=NOW,
    outcome="answered",
    possible_double_charge=False,
    usage=USED,
)
TOLD = Heard(client_request_id=str(CALL), outcome="ok", time=0.0, ended_at=1.0)
AGAIN = replace(BOUGHT, id=UUID(int=3))


def rows(
    job: Job | None = JOB,
    log: list[Entry] = LOG,
    run: Run | None = RUN,
    calls: tuple[Call, ...] = (BOUGHT,),
) -> Rows:
    return Rows(jobs={ID: job} if job else {}, log={ID: log}, runs={ID: run} if run else {}, calls={ID: list(calls)})
