"""Endings know whether a client waited for them."""

from alembic import op

revision = "0003"
down_revision = "0002"

# Nothing older is told by mode.
_LAST_HOUR = """
UPDATE endings SET execution_mode = jobs.execution_mode FROM jobs
WHERE jobs.job_id = endings.job_id AND endings.ended_at > now() - interval '1 hour'
"""


def upgrade() -> None:
    op.execute("ALTER TABLE endings ADD COLUMN execution_mode text NOT NULL DEFAULT 'async'")
    op.execute(_LAST_HOUR)
