"""The SQL of the fold. Each statement takes a batch as one JSON parameter and is told nothing twice.

Folds take turns (`TAKE_TURN`), so *news* are decided against rows that nobody else changes meanwhile. What is no news
touches no row: the pull brings every transition a second time, and that must cost next to nothing.
"""

from sqlalchemy import text

from pressroom_common.database import recordset

_TURN = 7_302_110_002
"""Advisory lock of all folds. It also makes deadlocks between two monitors impossible."""

TAKE_TURN = text(f"""
SELECT pg_advisory_xact_lock({_TURN}),
    set_config('idle_in_transaction_session_timeout', '10s', true),
    set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
""")
"""A monitor that was stopped in mid-fold keeps the others waiting for 10 s at most. Every join of a fold is one of a
small batch with a primary key, but a plan made while the tables were empty would read them whole for an hour."""

_JOB = """job_id uuid, tenant_id uuid, kind text, lane text, execution_mode text, status text, version integer,
    attempt integer, error_code text, created_at timestamptz, updated_at timestamptz, started_at timestamptz,
    completed_at timestamptz"""

FOLD_JOBS = text(f"""
WITH told AS MATERIALIZED (SELECT * FROM {recordset("t", _JOB)}),
news AS MATERIALIZED (
    SELECT t.*, j.status AS was FROM told t LEFT JOIN jobs j USING (job_id)
    WHERE j.job_id IS NULL OR j.version < t.version
),
folded AS (
    INSERT INTO jobs AS j (job_id, tenant_id, kind, lane, execution_mode, status, version, attempt, error_code,
        created_at, updated_at, started_at, completed_at)
    SELECT job_id, tenant_id, kind, lane, execution_mode, status, version, attempt, error_code,
        created_at, updated_at, started_at, completed_at FROM news
    ON CONFLICT (job_id) DO UPDATE SET
        lane = excluded.lane, status = excluded.status, version = excluded.version, attempt = excluded.attempt,
        error_code = excluded.error_code, updated_at = excluded.updated_at, completed_at = excluded.completed_at,
        started_at = least(j.started_at, excluded.started_at)
),
late_starts AS (
    UPDATE jobs j SET started_at = t.started_at FROM told t
    WHERE j.job_id = t.job_id AND j.version >= t.version
        AND t.started_at < coalesce(j.started_at, 'infinity')
),
counted AS (
    INSERT INTO job_counts AS c (tenant_id, kind, status, jobs)
    SELECT tenant_id, kind, status, sum(change) FROM (
        SELECT tenant_id, kind, status, 1 AS change FROM news
        UNION ALL
        SELECT tenant_id, kind, was, -1 FROM news WHERE was IS NOT NULL
    ) AS changes
    GROUP BY tenant_id, kind, status HAVING sum(change) <> 0
    ON CONFLICT (tenant_id, kind, status) DO UPDATE SET jobs = c.jobs + excluded.jobs
)
SELECT count(*) AS changed FROM news
""")

_ENDING = """job_id uuid, version integer, tenant_id uuid, kind text, execution_mode text, status text, error_code text,
    created_at timestamptz, ended_at timestamptz"""

FOLD_ENDINGS = text(f"""
WITH news AS (
    INSERT INTO endings (job_id, version, tenant_id, kind, execution_mode, status, error_code, ended_at, seconds)
    SELECT job_id, version, tenant_id, kind, execution_mode, status, error_code, ended_at,
        greatest(extract(epoch FROM ended_at - created_at), 0)
    FROM {recordset("t", _ENDING)}
    ON CONFLICT (job_id, version) DO NOTHING
    RETURNING tenant_id, kind, status, ended_at, seconds
),
counted AS (
    INSERT INTO minutes AS m (minute, tenant_id, kind, completed, failed, cancelled)
    SELECT date_trunc('minute', ended_at), tenant_id, kind,
        count(*) FILTER (WHERE status = 'completed'),
        count(*) FILTER (WHERE status = 'failed'),
        count(*) FILTER (WHERE status = 'cancelled')
    FROM news GROUP BY 1, 2, 3
    ON CONFLICT (minute, tenant_id, kind) DO UPDATE SET completed = m.completed + excluded.completed,
        failed = m.failed + excluded.failed, cancelled = m.cancelled + excluded.cancelled
)
SELECT kind, status, array_agg(seconds) AS seconds FROM news GROUP BY kind, status
""")

_ATTEMPT = """job_id uuid, attempt integer, tenant_id uuid, kind text, claim integer, n integer, state text,
    holder text, started_at timestamptz, ended_at timestamptz, error_code text, error_class text, told_at timestamptz"""

FOLD_ATTEMPTS = text(f"""
WITH news AS MATERIALIZED (
    SELECT t.*, a.state AS was FROM {recordset("t", _ATTEMPT)} LEFT JOIN attempts a USING (job_id, attempt)
    WHERE a.job_id IS NULL OR a.n < t.n
),
folded AS (
    INSERT INTO attempts AS a (job_id, attempt, tenant_id, kind, claim, n, state, holder, started_at, ended_at,
        error_code, error_class, told_at)
    SELECT job_id, attempt, tenant_id, kind, claim, n, state, holder, started_at, ended_at,
        error_code, error_class, told_at FROM news
    ON CONFLICT (job_id, attempt) DO UPDATE SET
        claim = excluded.claim, n = excluded.n, state = excluded.state, holder = excluded.holder,
        started_at = excluded.started_at, ended_at = excluded.ended_at, error_code = excluded.error_code,
        error_class = excluded.error_class, told_at = excluded.told_at
)
SELECT kind, state, error_code, count(*) AS attempts,
    coalesce(array_agg(CAST(extract(epoch FROM ended_at - started_at) AS double precision))
        FILTER (WHERE ended_at >= started_at), '{{}}') AS seconds
FROM news
WHERE state IN ('completed', 'failed', 'cancelled') AND coalesce(was NOT IN ('completed', 'failed', 'cancelled'), true)
GROUP BY kind, state, error_code
""")

_USAGE = """job_id uuid, tenant_id uuid, kind text, attempt integer, n integer, told_at timestamptz, calls bigint,
    input_tokens bigint, cached_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
    estimated_calls bigint, unknown_calls bigint, by_model jsonb"""


def _more(column: str) -> str:
    return f"CAST(sum({column} - coalesce((known).{column}, 0)) AS bigint) AS {column}"


FOLD_USAGES = text(f"""
WITH news AS MATERIALIZED (
    SELECT t.*, u AS known FROM {recordset("t", _USAGE)} LEFT JOIN usages u USING (job_id)
    WHERE u.job_id IS NULL OR (u.attempt, u.n) < (t.attempt, t.n)
),
folded AS (
    INSERT INTO usages (job_id, tenant_id, kind, attempt, n, told_at, calls, input_tokens, cached_input_tokens,
        output_tokens, reasoning_tokens, estimated_calls, unknown_calls, by_model)
    SELECT job_id, tenant_id, kind, attempt, n, told_at, calls, input_tokens, cached_input_tokens,
        output_tokens, reasoning_tokens, estimated_calls, unknown_calls, by_model FROM news
    ON CONFLICT (job_id) DO UPDATE SET
        attempt = excluded.attempt, n = excluded.n, told_at = excluded.told_at, calls = excluded.calls,
        input_tokens = excluded.input_tokens, cached_input_tokens = excluded.cached_input_tokens,
        output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
        estimated_calls = excluded.estimated_calls, unknown_calls = excluded.unknown_calls,
        by_model = excluded.by_model
),
counted AS (
    INSERT INTO minutes AS m (minute, tenant_id, kind, input_tokens, output_tokens)
    SELECT date_trunc('minute', told_at), tenant_id, kind, sum(input_tokens), sum(output_tokens) FROM (
        SELECT told_at, tenant_id, kind, input_tokens, output_tokens FROM news
        UNION ALL
        SELECT (known).told_at, tenant_id, kind, -(known).input_tokens, -(known).output_tokens
        FROM news WHERE (known).job_id IS NOT NULL
    ) AS changes
    GROUP BY 1, 2, 3
    ON CONFLICT (minute, tenant_id, kind) DO UPDATE SET
        input_tokens = m.input_tokens + excluded.input_tokens, output_tokens = m.output_tokens + excluded.output_tokens
)
SELECT kind, {_more("input_tokens")}, {_more("cached_input_tokens")}, {_more("output_tokens")},
    {_more("reasoning_tokens")}, {_more("unknown_calls")}
FROM news GROUP BY kind
""")
"""Tokens belong to the minute in which a job's usage was last told: whatever the order, they end there."""

_WORKER = """name text, service text, version text, started_at timestamptz, told_at timestamptz, pid integer, host text,
    slots jsonb, holds integer, draining boolean, stopped boolean, rss_bytes bigint, done bigint,
    log_level text"""

FOLD_WORKERS = text(f"""
WITH news AS MATERIALIZED (
    SELECT t.* FROM {recordset("t", _WORKER)} LEFT JOIN workers w USING (name)
    WHERE w.name IS NULL OR (w.started_at, w.told_at) < (t.started_at, t.told_at)
        OR (w.heard_at < now() - make_interval(secs => :stale) AND (w.host, w.pid) <> (t.host, t.pid))
)
INSERT INTO workers (name, service, version, started_at, told_at, heard_at, pid, host, slots, holds, draining,
    stopped, rss_bytes, done, log_level)
SELECT name, service, version, started_at, told_at, now(), pid, host, slots, holds, draining,
    stopped, rss_bytes, done, log_level FROM news
ON CONFLICT (name) DO UPDATE SET
    service = excluded.service, version = excluded.version, started_at = excluded.started_at,
    told_at = excluded.told_at, heard_at = excluded.heard_at, pid = excluded.pid, host = excluded.host,
    slots = excluded.slots, holds = excluded.holds, draining = excluded.draining, stopped = excluded.stopped,
    rss_bytes = excluded.rss_bytes, done = excluded.done,
    log_level = excluded.log_level
""")
"""Our clock says when a worker was heard. Its own only puts its words in order; and not even that for another process
that takes over a name nobody has spoken for, from a host whose clock is behind."""

ADVANCE = text("UPDATE log_cursor SET position = :to, pulled_at = now() WHERE position = :after")
CURSOR = text("SELECT position FROM log_cursor")

REWIND = text("UPDATE log_cursor SET position = ''")
FORGET_WORKERS = text("DELETE FROM workers WHERE heard_at < now() - make_interval(secs => :after)")

# A job that is over has an ending of that time; one that goes on keeps its row, whatever endings it had before.
FORGET_ENDINGS = text("""
WITH old AS MATERIALIZED (
    SELECT job_id, version FROM endings WHERE ended_at < now() - make_interval(secs => :after)
    ORDER BY ended_at LIMIT :limit
), over AS (
    DELETE FROM jobs j
    WHERE j.job_id IN (SELECT job_id FROM old) AND j.completed_at < now() - make_interval(secs => :after)
    RETURNING j.job_id, j.tenant_id, j.kind, j.status
), attempts_gone AS (
    DELETE FROM attempts a USING over WHERE a.job_id = over.job_id
), usages_gone AS (
    DELETE FROM usages u USING over WHERE u.job_id = over.job_id
), counted AS (
    UPDATE job_counts c SET jobs = c.jobs - gone.jobs
    FROM (SELECT tenant_id, kind, status, count(*) AS jobs FROM over GROUP BY tenant_id, kind, status) AS gone
    WHERE (c.tenant_id, c.kind, c.status) = (gone.tenant_id, gone.kind, gone.status)
)
DELETE FROM endings e USING old WHERE (e.job_id, e.version) = (old.job_id, old.version)
""")

FORGET_MINUTES = text("""
DELETE FROM minutes WHERE (minute, tenant_id, kind) IN (
    SELECT minute, tenant_id, kind FROM minutes
    WHERE minute < date_trunc('minute', now() - make_interval(secs => :after)) ORDER BY minute LIMIT :limit
)
""")
