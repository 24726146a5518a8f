"""Jobs that wait for others of their batch."""

from alembic import op

revision = "0014"
down_revision = "0013"

_COLUMNS = """
ALTER TABLE jobs
    ADD COLUMN waits_on integer NOT NULL DEFAULT 0,
    ADD COLUMN on_failure text NOT NULL DEFAULT 'fail' CHECK (on_failure IN ('fail', 'skip')),
    ADD COLUMN needed boolean NOT NULL DEFAULT false,
    ADD COLUMN unsettled boolean NOT NULL DEFAULT false
"""

# What a job depends on may be deleted before it: then this row says that it is gone.
_DEPENDENCIES = """
CREATE TABLE dependencies (
    job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    on_job_id uuid NOT NULL,
    token text,
    PRIMARY KEY (job_id, on_job_id)
)
"""

_INDEXES = (
    "CREATE INDEX dependents ON dependencies (on_job_id)",
    "CREATE INDEX jobs_unsettled ON jobs (id) WHERE unsettled",
)


def upgrade() -> None:
    for statement in (_COLUMNS, _DEPENDENCIES, *_INDEXES):
        op.execute(statement)
