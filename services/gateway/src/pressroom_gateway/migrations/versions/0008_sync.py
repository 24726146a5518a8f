"""Jobs that a client waits for."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE jobs ADD COLUMN sync_until timestamptz")
    op.execute("ALTER TABLE jobs ADD COLUMN handed_over boolean NOT NULL DEFAULT false")
