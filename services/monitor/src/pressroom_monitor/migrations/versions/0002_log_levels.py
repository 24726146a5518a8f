"""From which level up a worker writes log lines: it can be changed while the worker runs."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE workers ADD COLUMN log_level text NOT NULL DEFAULT ''")
