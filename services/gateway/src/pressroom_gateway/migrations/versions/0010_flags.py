"""Who has which feature."""

from alembic import op

revision = "0010"
down_revision = "0009"

_FLAGS = """
CREATE TABLE flags (
    feature text PRIMARY KEY,
    audience text NOT NULL CHECK (audience IN ('nobody', 'super-admins', 'some', 'all')),
    percent integer NOT NULL CHECK (percent BETWEEN 0 AND 100),
    percent_of text NOT NULL CHECK (percent_of IN ('tenants', 'created_by')),
    tenants uuid[] NOT NULL,
    new_since timestamptz,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    op.execute(_FLAGS)
