"""Lists of a tenant's jobs read those of the wanted statuses only."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("CREATE INDEX jobs_of_status ON jobs (tenant_id, status, id DESC)")
    op.execute("DROP INDEX jobs_of_tenant")
