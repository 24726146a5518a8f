"""The run tables. Every worker service has them in its own schema; its first migration calls `create`."""

from alembic import op

_RUNS = """
CREATE TABLE runs (
    job_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    attempt integer NOT NULL,
    claim integer NOT NULL,
    n integer NOT NULL,
    claims integer NOT NULL,
    dispatch integer NOT NULL,
    state text NOT NULL
        CHECK (state IN ('running', 'orphaned', 'snoozed', 'completed', 'failed', 'cancelled')),
    holder text NOT NULL DEFAULT '',
    traceparent text NOT NULL DEFAULT '',
    lease_until timestamptz NOT NULL,
    not_before timestamptz,
    cancelled_by text,
    started_at timestamptz,
    ended_at timestamptz,
    updated_at timestamptz NOT NULL,
    error json,
    usage jsonb NOT NULL DEFAULT '{}',
    result json
) WITH (fillfactor = 80)
"""

_CALLS = """
CREATE TABLE calls (
    id uuid PRIMARY KEY,
    job_id uuid NOT NULL,
    attempt integer NOT NULL,
    claim integer NOT NULL,
    step text NOT NULL,
    model text NOT NULL,
    sent_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text CHECK (outcome IN ('answered', 'refused', 'unknown')),
    possible_double_charge boolean NOT NULL DEFAULT false,
    usage jsonb
)
"""

_STEPS = """
CREATE TABLE steps (
    job_id uuid NOT NULL,
    name text NOT NULL,
    attempt integer NOT NULL,
    claim integer NOT NULL,
    ended_at timestamptz NOT NULL,
    result json NOT NULL,
    PRIMARY KEY (job_id, name)
)
"""

_INDEXES = (
    "CREATE INDEX runs_leases ON runs (lease_until) WHERE state IN ('running', 'orphaned')",
    "CREATE INDEX runs_held ON runs (holder) WHERE state = 'running'",
    "CREATE INDEX calls_of_job ON calls (job_id)",
)

# Usage is {model: {field: number}}; the sum keeps every model and every field of both.
_USAGE_ADD = """
CREATE FUNCTION usage_add(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN b IS NULL OR b = '{}' THEN a
        WHEN a = '{}' THEN b
        ELSE (
            SELECT jsonb_object_agg(model, fields) FROM (
                SELECT model, jsonb_object_agg(field, total) AS fields FROM (
                    SELECT m.key AS model, f.key AS field, sum(f.value::bigint) AS total
                    FROM (SELECT * FROM jsonb_each(a) UNION ALL SELECT * FROM jsonb_each(b)) AS m,
                         jsonb_each_text(m.value) AS f
                    GROUP BY m.key, f.key
                ) AS sums GROUP BY model
            ) AS models
        )
    END
$$
"""

_USAGE_SUM = "CREATE AGGREGATE usage_sum(jsonb) (SFUNC = usage_add, STYPE = jsonb, INITCOND = '{}')"


_STEPS_TOLD = "ALTER TABLE runs ADD COLUMN steps jsonb NOT NULL DEFAULT '{}'"


def tell_steps() -> None:
    """A later migration calls it: runs tell their steps, by name."""
    op.execute(_STEPS_TOLD)


_BELONGINGS = "CREATE TABLE belongings (job_id uuid PRIMARY KEY)"


def note_belongings() -> None:
    """A later migration calls it: what forgotten runs left elsewhere is noted until it is deleted."""
    op.execute(_BELONGINGS)


def create() -> None:
    """Called by a migration, with the service's schema first in the search path."""
    for statement in (_RUNS, _CALLS, _STEPS, *_INDEXES, _USAGE_ADD, _USAGE_SUM):
        op.execute(statement)
