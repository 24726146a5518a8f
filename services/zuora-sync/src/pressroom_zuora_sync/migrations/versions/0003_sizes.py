"""Many large environments: how old a checkpoint is, and indexes for what is looked for again and again."""

from alembic import op

revision = "0003"
down_revision = "0002"

_CHANGES = (
    # `claimed_at`: when its last claim began; a checkpoint is trusted for some hours after that.
    "ALTER TABLE syncs ADD COLUMN claimed_at timestamptz NOT NULL DEFAULT now()",
    "UPDATE syncs SET claimed_at = coalesce(ended_at, started_at)",
    "CREATE INDEX syncs_running ON syncs (job_id) WHERE state = 'running'",
    "CREATE INDEX syncs_checkpoints ON syncs (environment_id) WHERE pages > 0",
    "CREATE INDEX workflows_alive ON workflows (environment_id) WHERE deleted_at IS NULL",
    "CREATE INDEX workflows_changed ON workflows (version) WHERE version > 1",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
