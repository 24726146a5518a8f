"""Schedules: jobs that come again."""

from alembic import op

revision = "0015"
down_revision = "0014"

# `slot`: the next time that the cron names; `next_at`: the same with its jitter.
_SCHEDULES = """
CREATE TABLE schedules (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    kind text NOT NULL,
    environment_id uuid NOT NULL,
    cron text NOT NULL,
    timezone text NOT NULL,
    jitter integer NOT NULL CHECK (jitter >= 0),
    "full" boolean NOT NULL DEFAULT false,
    slot timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    paused_by text,
    paused_at timestamptz,
    last_at timestamptz,
    last_job_id uuid,
    skipped_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""

_INDEXES = (
    "CREATE INDEX schedules_of_tenant ON schedules (tenant_id, id DESC)",
    "CREATE INDEX schedules_of_environment ON schedules (environment_id)",
    "CREATE INDEX schedules_due ON schedules (next_at, id) WHERE paused_by IS NULL",
)


def upgrade() -> None:
    for statement in (_SCHEDULES, *_INDEXES):
        op.execute(statement)
