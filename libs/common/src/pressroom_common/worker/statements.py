"""The SQL of runs, as `protocol.md` has it, over batches. Rows are locked in the order of their ids: no deadlocks."""

from sqlalchemy import TextClause, text

from pressroom_common.database import recordset

_COLUMNS = """r.job_id, r.tenant_id, r.kind, r.attempt, r.claim, r.n, r.dispatch, r.state, r.holder, r.traceparent,
    r.cancelled_by, r.started_at, r.ended_at, r.not_before, r.updated_at,
    CAST(r.error AS text) AS error, CAST(r.usage AS text) AS usage, CAST(r.steps AS text) AS steps,
    CAST(r.result AS text) AS result"""

_FENCE = "job_id uuid, attempt integer, claim integer"
_BILLS = recordset("b", "id uuid, job_id uuid, outcome text, usage jsonb", parameter="bills")
_HELD = """held AS (
    SELECT r.job_id, r.attempt, r.claim, r.state FROM runs r
    WHERE (r.job_id, r.attempt, r.claim) IN (SELECT job_id, attempt, claim FROM given)
        AND r.state IN ('running', 'orphaned')
    ORDER BY r.job_id FOR UPDATE
)"""
_SETTLED = """settled AS (
    UPDATE calls c SET ended_at = now(), outcome = b.outcome, usage = b.usage,
        possible_double_charge = (b.outcome = 'unknown')
    FROM bills b JOIN held USING (job_id)
    WHERE c.id = b.id AND c.ended_at IS NULL
    RETURNING c.job_id, c.model, c.usage
), owed AS (
    SELECT job_id, usage_sum(jsonb_build_object(model, usage)) AS usage FROM settled GROUP BY job_id
)"""
_LEASE = "now() + make_interval(secs => :lease)"


def _redone(name: str, job_id: str) -> str:
    """Whether a step is to be done again, alone or with those like it."""
    return f"""EXISTS (
        SELECT FROM given, unnest(given.redo) AS part
        WHERE given.job_id = {job_id} AND ({name} = part OR starts_with({name}, part || '.')))"""


CLAIM = text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM {
    recordset(
        "g",
        '''job_id uuid, tenant_id uuid, kind text, attempt integer, dispatch integer,
        traceparent text, not_after timestamptz, force_n integer, redo text[]''',
    )
}
), claimed AS (
INSERT INTO runs AS r (job_id, tenant_id, kind, attempt, claim, n, claims, dispatch, state, holder, traceparent,
    lease_until, started_at, updated_at)
SELECT job_id, tenant_id, kind, attempt, 1, 1, 1, dispatch, 'running', :holder, traceparent, {_LEASE}, now(), now()
FROM given WHERE not_after > now() ORDER BY job_id
ON CONFLICT (job_id) DO UPDATE SET
    attempt = excluded.attempt, claim = r.claim + 1, n = r.n + 1, dispatch = excluded.dispatch,
    claims = CASE WHEN r.attempt < excluded.attempt THEN 1 ELSE r.claims + 1 END,
    state = CASE WHEN r.attempt = excluded.attempt AND r.claims >= :cap THEN 'failed' ELSE 'running' END,
    error = CASE WHEN r.attempt = excluded.attempt AND r.claims >= :cap THEN CAST(:worker_lost AS json) END,
    ended_at = CASE WHEN r.attempt = excluded.attempt AND r.claims >= :cap THEN now() END,
    started_at = CASE WHEN r.attempt < excluded.attempt THEN now() ELSE r.started_at END,
    holder = excluded.holder, traceparent = excluded.traceparent, lease_until = excluded.lease_until,
    updated_at = now(), not_before = NULL, cancelled_by = NULL, result = NULL,
    steps = CASE WHEN r.attempt = excluded.attempt OR r.steps = '{{}}' THEN r.steps ELSE coalesce((
        SELECT jsonb_object_agg(name, step) FROM jsonb_each(r.steps) AS each(name, step)
        WHERE NOT {_redone("name", "r.job_id")}), '{{}}') END
WHERE r.attempt < excluded.attempt OR (r.attempt = excluded.attempt AND (
    (r.state IN ('running', 'orphaned') AND r.lease_until < now())
    OR (r.state = 'snoozed' AND (r.not_before <= now()
        OR r.n = (SELECT force_n FROM given WHERE given.job_id = r.job_id)))))
RETURNING *
), redone AS (
    DELETE FROM steps s USING claimed c
    WHERE s.job_id = c.job_id AND s.attempt < c.attempt AND {_redone("s.name", "s.job_id")}
)
SELECT {_COLUMNS} FROM claimed r
""")

ABANDON = text(f"""
WITH held AS (
    SELECT job_id FROM runs WHERE job_id = :job_id AND attempt = :attempt AND claim = :claim FOR UPDATE
), lost AS (
    UPDATE calls c SET ended_at = now(), outcome = 'unknown', possible_double_charge = true,
        usage = CAST(:unknown AS jsonb)
    FROM held WHERE c.job_id = held.job_id AND c.claim < :claim AND c.ended_at IS NULL
    RETURNING c.model, c.usage
)
UPDATE runs r SET n = r.n + 1, updated_at = now(),
    usage = usage_add(r.usage, (SELECT usage_sum(jsonb_build_object(model, usage)) FROM lost))
FROM held WHERE r.job_id = held.job_id AND EXISTS (SELECT FROM lost)
RETURNING {_COLUMNS}
""")

RECORD_CALLS = text(f"""
WITH given AS MATERIALIZED (SELECT * FROM {recordset("g", f"{_FENCE}, id uuid, step text, model text")}),
{_HELD}, renewed AS (
    UPDATE runs r SET lease_until = {_LEASE} FROM held WHERE r.job_id = held.job_id
)
INSERT INTO calls (id, job_id, attempt, claim, step, model, sent_at)
SELECT g.id, g.job_id, g.attempt, g.claim, g.step, g.model, now() FROM given g JOIN held USING (job_id, attempt, claim)
ON CONFLICT (id) DO UPDATE SET sent_at = calls.sent_at
RETURNING id
""")

CHECKPOINT = text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM {recordset("g", f"{_FENCE}, name text, result json, seconds double precision, error json")}
),
bills AS MATERIALIZED (SELECT * FROM {_BILLS}),
{_HELD}, {_SETTLED}, stored AS (
    INSERT INTO steps (job_id, name, attempt, claim, ended_at, result)
    SELECT g.job_id, g.name, g.attempt, g.claim, now(), coalesce(g.result, 'null')
    FROM given g JOIN held USING (job_id, attempt, claim)
    ON CONFLICT (job_id, name) DO NOTHING
    RETURNING job_id, name
)
UPDATE runs r SET lease_until = {_LEASE}, usage = usage_add(r.usage, owed.usage), n = r.n + 1, updated_at = now(),
    steps = r.steps || coalesce((
        SELECT jsonb_object_agg(name, json_strip_nulls(json_build_object(
            'name', name, 'state', CASE WHEN g.error IS NULL THEN 'completed' ELSE 'failed' END,
            'attempt', g.attempt, 'started_at', now() - make_interval(secs => g.seconds), 'ended_at', now(),
            'usage', coalesce(owed.usage, '{{}}'), 'error', g.error)))
        FROM stored JOIN given g USING (job_id, name) WHERE stored.job_id = r.job_id), '{{}}')
FROM held LEFT JOIN owed USING (job_id) WHERE r.job_id = held.job_id
RETURNING {_COLUMNS}
""")

STEPS = text("SELECT name, CAST(result AS text) AS result FROM steps WHERE job_id = :job_id")

CONCLUDE = text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM {
    recordset("g", f"{_FENCE}, state text, result json, error json, snooze_seconds double precision, steps jsonb")
}
),
bills AS MATERIALIZED (SELECT * FROM {_BILLS}),
{_HELD}, {_SETTLED}
UPDATE runs r SET state = g.state, n = r.n + 1, lease_until = now(), updated_at = now(),
    claims = r.claims - CASE WHEN g.state IN ('orphaned', 'snoozed') THEN 1 ELSE 0 END,
    ended_at = CASE WHEN g.state IN ('completed', 'failed', 'cancelled') THEN now() END,
    not_before = now() + make_interval(secs => g.snooze_seconds),
    result = g.result, error = g.error, usage = usage_add(r.usage, owed.usage), steps = r.steps || g.steps
FROM given g JOIN held USING (job_id, attempt, claim) LEFT JOIN owed USING (job_id)
WHERE r.job_id = g.job_id
RETURNING {_COLUMNS}
""")

# A call may be known as lost already, because another claim has taken the run over: its holder knows better.
BILL = text(f"""
WITH bills AS MATERIALIZED (SELECT * FROM {_BILLS}),
held AS (
    SELECT job_id, claim, state FROM runs WHERE job_id IN (SELECT job_id FROM bills) ORDER BY job_id FOR UPDATE
), was AS (
    SELECT c.id, c.job_id, c.claim, c.model, c.usage FROM calls c JOIN held USING (job_id) JOIN bills b ON b.id = c.id
    WHERE c.ended_at IS NULL
        OR (c.outcome = 'unknown' AND (b.outcome <> 'unknown' OR b.usage IS DISTINCT FROM c.usage))
    ORDER BY c.id FOR UPDATE OF c
), settled AS (
    UPDATE calls c SET ended_at = now(), outcome = b.outcome, usage = b.usage,
        possible_double_charge = c.possible_double_charge OR b.outcome = 'unknown'
            OR (b.outcome = 'answered' AND was.claim < held.claim AND held.state <> 'cancelled')
    FROM was JOIN bills b USING (id) JOIN held ON held.job_id = was.job_id
    WHERE c.id = was.id
), owed AS (
    SELECT job_id, usage_sum(jsonb_build_object(model, usage)) AS usage FROM (
        SELECT was.job_id, was.model, b.usage FROM was JOIN bills b USING (id)
        UNION ALL
        SELECT job_id, model, (SELECT jsonb_object_agg(key, -CAST(value AS bigint)) FROM jsonb_each_text(usage))
        FROM was WHERE usage IS NOT NULL
    ) AS changes GROUP BY job_id
)
UPDATE runs r SET n = r.n + 1, updated_at = now(), usage = usage_add(r.usage, owed.usage)
FROM owed WHERE r.job_id = owed.job_id
RETURNING {_COLUMNS}
""")

# What is recalled keeps the time of its snooze: the ledger may not have heard of it yet.
CANCEL = text(f"""
WITH given AS (
    SELECT * FROM {
    recordset(
        "g",
        '''job_id uuid, tenant_id uuid, kind text, attempt integer, dispatch integer,
        traceparent text, reason text''',
    )
}
)
INSERT INTO runs AS r (job_id, tenant_id, kind, attempt, claim, n, claims, dispatch, state, traceparent, cancelled_by,
    lease_until, ended_at, updated_at)
SELECT job_id, tenant_id, kind, attempt, 1, 1, 0, dispatch, 'cancelled', traceparent, reason, now(), now(), now()
FROM given ORDER BY job_id
ON CONFLICT (job_id) DO UPDATE SET
    attempt = excluded.attempt, claim = r.claim + 1, n = r.n + 1, state = 'cancelled',
    holder = CASE WHEN r.attempt < excluded.attempt THEN '' ELSE r.holder END,
    started_at = CASE WHEN r.attempt < excluded.attempt THEN NULL ELSE r.started_at END,
    cancelled_by = excluded.cancelled_by, lease_until = now(), ended_at = now(), updated_at = now(),
    not_before = CASE WHEN r.attempt = excluded.attempt AND excluded.cancelled_by = 'recall' THEN r.not_before END,
    error = NULL, result = NULL
WHERE r.attempt < excluded.attempt OR (r.attempt = excluded.attempt AND CASE excluded.cancelled_by
    WHEN 'parked' THEN false
    WHEN 'recall' THEN r.state IN ('snoozed', 'orphaned')
    ELSE r.state IN ('running', 'orphaned', 'snoozed') END)
RETURNING {_COLUMNS}
""")

FORGET = text(f"""
WITH held AS MATERIALIZED (
    SELECT r.job_id FROM runs r JOIN {recordset("g", "job_id uuid, attempt integer, n integer")} USING (job_id)
    WHERE (r.attempt, r.n) <= (g.attempt, g.n)
    ORDER BY r.job_id FOR UPDATE OF r
), steps_gone AS (
    DELETE FROM steps USING held WHERE steps.job_id = held.job_id
), calls_gone AS (
    DELETE FROM calls USING held WHERE calls.job_id = held.job_id
), runs_gone AS (
    DELETE FROM runs USING held WHERE runs.job_id = held.job_id RETURNING runs.job_id, runs.kind
), noted AS (
    INSERT INTO belongings (job_id) SELECT job_id FROM runs_gone WHERE kind = ANY(CAST(:keeping AS text[]))
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS runs FROM runs_gone
""")

BELONGINGS = text("SELECT job_id FROM belongings WHERE job_id > :after ORDER BY job_id LIMIT :limit")

# Other processes may strike off the same: rows are locked in the order of their ids.
CLEARED = text("""
DELETE FROM belongings WHERE job_id IN (
    SELECT job_id FROM belongings WHERE job_id = ANY(CAST(:job_ids AS uuid[])) ORDER BY job_id FOR UPDATE
)
""")

RENEW = text(f"""
WITH given AS MATERIALIZED (SELECT * FROM {recordset("g", _FENCE)}), {_HELD}
UPDATE runs r SET lease_until = {_LEASE}, state = 'running',
    n = r.n + CASE WHEN held.state = 'orphaned' THEN 1 ELSE 0 END,
    updated_at = CASE WHEN held.state = 'orphaned' THEN now() ELSE r.updated_at END
FROM held WHERE r.job_id = held.job_id
RETURNING held.state AS was, {_COLUMNS}
""")


def _orphan(which: str) -> TextClause:
    return text(f"""
WITH found AS (
    SELECT job_id FROM runs WHERE state = 'running' AND {which} ORDER BY job_id LIMIT 500 FOR UPDATE SKIP LOCKED
)
UPDATE runs r SET state = 'orphaned', n = r.n + 1, lease_until = least(r.lease_until, now()), updated_at = now()
FROM found WHERE r.job_id = found.job_id
RETURNING {_COLUMNS}
""")


ORPHAN_EXPIRED = _orphan("lease_until < now()")
ORPHAN_OF_HOLDER = _orphan("holder = :holder")
ORPHANED = text(f"SELECT {_COLUMNS} FROM runs r WHERE r.state = 'orphaned' ORDER BY r.lease_until LIMIT 500")
READ = text(f"SELECT {_COLUMNS} FROM runs r WHERE r.job_id = ANY(CAST(:job_ids AS uuid[]))")
