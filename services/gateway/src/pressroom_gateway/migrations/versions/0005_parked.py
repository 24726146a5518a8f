"""Parked messages."""

from alembic import op

revision = "0005"
down_revision = "0004"

_PARKED = """
CREATE TABLE parked (
    id uuid PRIMARY KEY,
    identity bytea NOT NULL UNIQUE,
    status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'replayed', 'dropped')),
    parked_at timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL,
    queue text NOT NULL,
    exchange text NOT NULL,
    routing_key text NOT NULL,
    headers json NOT NULL,
    body bytea NOT NULL,
    size integer NOT NULL,
    cut boolean NOT NULL,
    type text NOT NULL,
    job_id uuid,
    tenant_id uuid,
    settled_by text,
    settled_at timestamptz
)
"""

_INDEXES = (
    "CREATE INDEX parked_waiting ON parked (id DESC) WHERE status = 'parked'",
    "CREATE INDEX parked_by_age ON parked (parked_at)",
)


def upgrade() -> None:
    for statement in (_PARKED, *_INDEXES):
        op.execute(statement)
