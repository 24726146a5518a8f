"""Jobs and their log."""

from alembic import op

revision = "0003"
down_revision = "0002"

_JOBS = """
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    kind text NOT NULL,
    lane text NOT NULL CHECK (lane IN ('high', 'default', 'low')),
    execution_mode text NOT NULL CHECK (execution_mode IN ('async', 'sync')),
    status text NOT NULL CHECK (status IN ('blocked', 'scheduled', 'pending', 'processing', 'retrying',
        'completed', 'failed', 'cancelling', 'cancelled')),
    attempt integer NOT NULL,
    attempt_base integer NOT NULL,
    retry_base_at timestamptz NOT NULL,
    out boolean NOT NULL,
    dispatch integer NOT NULL,
    confirmed boolean NOT NULL,
    published_at timestamptz,
    publications integer NOT NULL,
    claim integer NOT NULL DEFAULT 0,
    n integer NOT NULL DEFAULT 0,
    heard_at timestamptz,
    run_at timestamptz,
    due_at timestamptz,
    cancel_requested text,
    directives integer NOT NULL DEFAULT 0,
    error json,
    usage jsonb NOT NULL DEFAULT '{}',
    input json NOT NULL,
    result json,
    created_by text NOT NULL,
    metadata json,
    prompt_id uuid,
    prompt_version integer,
    model text NOT NULL,
    request_id text NOT NULL,
    traceparent text NOT NULL,
    idempotency_key text,
    fingerprint bytea,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    completed_at timestamptz
) WITH (fillfactor = 80)
"""

_LOG = """
CREATE TABLE job_log (
    job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    version integer NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    status text NOT NULL,
    attempt integer NOT NULL,
    at timestamptz NOT NULL,
    error json,
    worker text NOT NULL DEFAULT '',
    PRIMARY KEY (job_id, version)
)
"""

_INDEXES = (
    "CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX jobs_of_tenant ON jobs (tenant_id, id DESC)",
    "CREATE UNIQUE INDEX jobs_idempotency ON jobs (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX job_log_pull ON job_log (xid, job_id, version)",
)


def upgrade() -> None:
    for statement in (_JOBS, _LOG, *_INDEXES):
        op.execute(statement)
