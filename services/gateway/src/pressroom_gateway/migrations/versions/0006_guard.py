"""The audit of administrative calls, and what deletes finished jobs."""

from alembic import op

revision = "0006"
down_revision = "0005"

_AUDIT = """
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    key_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    created_by text NOT NULL,
    method text NOT NULL,
    route text NOT NULL,
    path_params json NOT NULL,
    query json NOT NULL,
    fields text[] NOT NULL,
    details json NOT NULL,
    request_id text NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    status integer NOT NULL
)
"""

# The runs of deleted jobs, until their service has been told to delete them, too.
_FORGOTTEN_RUNS = """
CREATE TABLE forgotten_runs (
    job_id uuid PRIMARY KEY,
    kind text NOT NULL,
    attempt integer NOT NULL,
    n integer NOT NULL
)
"""

_JOBS_OVER = """
CREATE INDEX jobs_over ON jobs (completed_at) WHERE status IN ('completed', 'failed', 'cancelled')
"""


def upgrade() -> None:
    for statement in (_AUDIT, _FORGOTTEN_RUNS, _JOBS_OVER):
        op.execute(statement)
