"""Places of jobs that are out, pauses, recalls, concurrency keys, and the workers that are known."""

from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = """
ALTER TABLE jobs
    ADD COLUMN queue text,
    ADD COLUMN place text CHECK (place IN ('wanted', 'taken')),
    ADD COLUMN concurrency_key text,
    ADD COLUMN behind_key boolean NOT NULL DEFAULT false,
    ADD COLUMN held_by text,
    ADD COLUMN held_at timestamptz,
    ADD COLUMN wished_run_at timestamptz,
    ADD COLUMN recall boolean NOT NULL DEFAULT false,
    ADD COLUMN origin_id uuid
"""

# Until now there was one worker service.
_FILL = """
UPDATE jobs SET queue = 'generator.' || lane, place = CASE
    WHEN status IN ('completed', 'failed', 'cancelled') THEN NULL
    WHEN out AND status <> 'scheduled' THEN 'taken'
    ELSE 'wanted' END
"""

_REQUIRE = "ALTER TABLE jobs ALTER COLUMN queue SET NOT NULL"

_HOLDS = """
CREATE TABLE holds (
    scope text NOT NULL CHECK (scope IN ('lane', 'kind', 'tenant')),
    name text NOT NULL,
    held_by text NOT NULL,
    held_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, name)
)
"""

_WORKERS = """
CREATE TABLE workers (
    name text PRIMARY KEY,
    service text NOT NULL,
    slots jsonb NOT NULL,
    heard_at timestamptz NOT NULL
)
"""

_INDEXES = (
    "DROP INDEX jobs_due",
    "CREATE INDEX jobs_due ON jobs (due_at) WHERE place = 'taken'",
    "CREATE INDEX jobs_taken ON jobs (queue, tenant_id) WHERE place = 'taken'",
    "CREATE INDEX jobs_waiting ON jobs (queue, tenant_id, kind, due_at, id) WHERE place = 'wanted' AND NOT behind_key",
    """CREATE INDEX jobs_of_key ON jobs (tenant_id, concurrency_key, place)
        WHERE concurrency_key IS NOT NULL AND place IS NOT NULL AND NOT behind_key""",
    "CREATE INDEX jobs_behind_key ON jobs (tenant_id, concurrency_key, lane, id) WHERE behind_key",
)

# A function that may write sees what was committed while it waited for the lock; a plain subquery would not.
_TAKEN = """
CREATE FUNCTION taken_places() RETURNS TABLE (queue text, tenant_id uuid, jobs integer)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('pressroom gateway places'));
    RETURN QUERY SELECT j.queue, j.tenant_id, count(*)::integer FROM jobs j WHERE j.place = 'taken' GROUP BY 1, 2;
END $$
"""


def upgrade() -> None:
    for statement in (_COLUMNS, _FILL, _REQUIRE, _HOLDS, _WORKERS, *_INDEXES, _TAKEN):
        op.execute(statement)
