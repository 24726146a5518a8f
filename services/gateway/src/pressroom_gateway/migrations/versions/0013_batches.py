"""Batches: jobs that were asked for together."""

from alembic import op

revision = "0013"
down_revision = "0011"

_BATCHES = """
CREATE TABLE batches (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    name text,
    kind text NOT NULL,
    total integer NOT NULL,
    metadata json,
    refused json NOT NULL DEFAULT '[]',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    idempotency_key text,
    fingerprint bytea
)
"""

_INDEXES = (
    "CREATE INDEX batches_of_tenant ON batches (tenant_id, id DESC)",
    "CREATE UNIQUE INDEX batches_idempotency ON batches (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX jobs_of_batch ON jobs (batch_id, status, id DESC) WHERE batch_id IS NOT NULL",
)


def upgrade() -> None:
    op.execute(_BATCHES)
    op.execute("ALTER TABLE jobs ADD COLUMN batch_id uuid, ADD COLUMN name text")
    for statement in _INDEXES:
        op.execute(statement)
