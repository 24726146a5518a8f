"""Jobs that were deleted by hand, and limits of single tenants."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    "ALTER TABLE jobs ADD COLUMN deleted_at timestamptz",
    "CREATE INDEX jobs_deleted ON jobs (deleted_at) WHERE deleted_at IS NOT NULL",
    "ALTER TABLE tenants ADD COLUMN max_jobs integer CHECK (max_jobs > 0)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
