"""The history of jobs and attempts, what was used, who works, and the counts that are kept beside them."""

from alembic import op

revision = "0001"
down_revision = None

# What the log says of a job. Rewritten a few times in its life: room on the page saves the index from it.
_JOBS = """
CREATE TABLE jobs (
    job_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    execution_mode text NOT NULL,
    status text NOT NULL,
    version integer NOT NULL,
    attempt integer NOT NULL,
    error_code text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    started_at timestamptz,
    completed_at timestamptz
) WITH (fillfactor = 70)
"""

_ENDINGS = """
CREATE TABLE endings (
    job_id uuid NOT NULL,
    version integer NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    error_code text NOT NULL,
    ended_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (job_id, version)
)
"""

_ATTEMPTS = """
CREATE TABLE attempts (
    job_id uuid NOT NULL,
    attempt integer NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    claim integer NOT NULL,
    n integer NOT NULL,
    state text NOT NULL,
    holder text NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    seconds double precision
        GENERATED ALWAYS AS (CAST(extract(epoch FROM ended_at - started_at) AS double precision)) STORED,
    error_code text NOT NULL,
    error_class text,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (job_id, attempt)
) WITH (fillfactor = 70)
"""

_USAGES = """
CREATE TABLE usages (
    job_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    attempt integer NOT NULL,
    n integer NOT NULL,
    told_at timestamptz NOT NULL,
    calls bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    estimated_calls bigint NOT NULL,
    unknown_calls bigint NOT NULL,
    by_model jsonb NOT NULL
)
"""

_WORKERS = """
CREATE TABLE workers (
    name text PRIMARY KEY,
    service text NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    pid integer NOT NULL,
    host text NOT NULL,
    slots jsonb NOT NULL,
    holds integer NOT NULL,
    draining boolean NOT NULL,
    stopped boolean NOT NULL,
    rss_bytes bigint NOT NULL,
    done bigint NOT NULL
) WITH (fillfactor = 50)
"""

# Counts are kept by the transaction that changes what they count: always exact, and never a scan.
_JOB_COUNTS = """
CREATE TABLE job_counts (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    jobs bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, status)
) WITH (fillfactor = 50)
"""

_MINUTES = """
CREATE TABLE minutes (
    minute timestamptz NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    completed bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (minute, tenant_id, kind)
) WITH (fillfactor = 50)
"""

_LOG_CURSOR = """
CREATE TABLE log_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position text NOT NULL DEFAULT '',
    pulled_at timestamptz
)
"""

_TABLES = (_JOBS, _ENDINGS, _ATTEMPTS, _USAGES, _WORKERS, _JOB_COUNTS, _MINUTES, _LOG_CURSOR)


def upgrade() -> None:
    for table in _TABLES:
        op.execute(table)
    op.execute("CREATE INDEX endings_by_time ON endings (ended_at)")
    op.execute("INSERT INTO log_cursor DEFAULT VALUES")
