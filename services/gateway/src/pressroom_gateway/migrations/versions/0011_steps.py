"""Steps of jobs."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE jobs ADD COLUMN steps jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE jobs ADD COLUMN redo text[] NOT NULL DEFAULT '{}'")
