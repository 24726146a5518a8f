"""The SQL of the ledger, over batches. Rows are locked in the order of their ids: no deadlocks."""

from typing import get_args

from sqlalchemy import TextClause, text

from pressroom_common.contracts import JobStatus
from pressroom_common.database import recordset

from .dependencies import FAILED, SKIPPED

_STATUSES = ", ".join(f"'{status}'" for status in get_args(JobStatus))

JOB = """j.id, j.tenant_id, j.kind, j.lane, j.execution_mode, j.status, j.created_at, j.traceparent, j.attempt,
    j.attempt_base, j.retry_base_at, j.out, j.dispatch, j.confirmed, j.published_at, j.publications, j.claim, j.n,
    j.heard_at, j.run_at, j.due_at, j.place, j.sync_until, j.handed_over, j.concurrency_key, j.behind_key,
    j.held_by, j.held_at, j.wished_run_at, j.needed, j.waits_on, j.on_failure, j.unsettled,
    j.recall, j.redo, j.cancel_requested, j.directives, j.started_at, j.completed_at, j.version,
    CAST(j.error AS text) AS error, CAST(j.usage AS text) AS usage, now() AS now"""

# In bytes, and for nothing: the length stands beside the text, which is not read for it.
SIZE = "octet_length(CAST(j.input AS text)) AS size"

HELD = """EXISTS (
    SELECT FROM holds h WHERE (h.scope, h.name) IN (('lane', j.lane), ('kind', j.kind), ('tenant', j.tenant_id::text)))
"""
# By what waits for it, and by what would if another one, that is not over, ended well.
AWAITED = f"""(jobs.needed AND EXISTS (
    SELECT FROM dependencies d JOIN jobs w ON w.id = d.job_id
    WHERE d.on_job_id = jobs.id AND w.waits_on > 0 AND w.deleted_at IS NULL AND (w.status = 'blocked' OR (
        w.error ->> 'code' IN ('{FAILED}', '{SKIPPED}') AND EXISTS (
            SELECT FROM dependencies o JOIN jobs p ON p.id = o.on_job_id
            WHERE o.job_id = w.id AND p.status NOT IN ('completed', 'failed', 'cancelled'))))
))"""
FREE = "j.place = 'wanted' AND NOT j.behind_key"

# Every queue, tenant and kind with waiting jobs: the distinct prefixes of an index, one probe each.
GROUPS = f"""groups AS (
    (SELECT j.queue, j.tenant_id, j.kind, j.lane FROM jobs j WHERE {FREE}
        ORDER BY j.queue, j.tenant_id, j.kind LIMIT 1)
    UNION ALL
    SELECT next.* FROM groups g CROSS JOIN LATERAL (
        SELECT j.queue, j.tenant_id, j.kind, j.lane FROM jobs j
        WHERE {FREE} AND (j.queue, j.tenant_id, j.kind) > (g.queue, g.tenant_id, g.kind)
        ORDER BY j.queue, j.tenant_id, j.kind LIMIT 1
    ) next
)"""
OF_GROUP = f"{FREE} AND j.queue = g.queue AND j.tenant_id = g.tenant_id AND j.kind = g.kind AND j.due_at <= now()"

# What nothing holds back goes out at once: its place is given away under the dispatcher's lock. Where others wait that
# could go, it stands in line behind them. A job with a concurrency key is left to the dispatcher.
INSERT = text(f"""
WITH RECURSIVE given AS MATERIALIZED (
    SELECT * FROM {
    recordset(
        "g",
        '''id uuid, tenant_id uuid, kind text, lane text, queue text, concurrency_key text, origin_id uuid,
        sync_until timestamptz, execution_mode text, run_at timestamptz, input json, created_by text, metadata json,
        prompt_id uuid, prompt_version integer, model text, request_id text, traceparent text, idempotency_key text,
        fingerprint text, batch_id uuid, name text, needed boolean, waits_on integer, on_failure text''',
    )
}
), taken AS MATERIALIZED (
    SELECT * FROM taken_places()
), windows AS MATERIALIZED (
    SELECT * FROM {recordset("w", "queue text, size integer, cap integer", parameter="windows")}
), {GROUPS}, before AS MATERIALIZED (
    SELECT DISTINCT g.queue FROM groups g JOIN windows w USING (queue) JOIN tenants n ON n.id = g.tenant_id
    WHERE NOT {HELD.replace("j.", "g.")} AND EXISTS (SELECT FROM jobs j WHERE {OF_GROUP})
        AND coalesce((SELECT jobs FROM taken t WHERE (t.queue, t.tenant_id) = (g.queue, g.tenant_id)), 0) < w.cap
        AND coalesce((SELECT sum(jobs) FROM taken t WHERE t.tenant_id = g.tenant_id), 0)
            < coalesce(n.max_jobs, :tenant_jobs)
), ranked AS (
    SELECT g.id, w.size, w.cap, coalesce(n.max_jobs, :tenant_jobs) AS max_jobs,
        row_number() OVER (PARTITION BY g.queue ORDER BY g.id)
            + coalesce((SELECT sum(jobs) FROM taken t WHERE t.queue = g.queue), 0) AS of_queue,
        row_number() OVER (PARTITION BY g.queue, g.tenant_id ORDER BY g.id)
            + coalesce((SELECT jobs FROM taken t WHERE (t.queue, t.tenant_id) = (g.queue, g.tenant_id)), 0) AS own,
        row_number() OVER (PARTITION BY g.tenant_id ORDER BY g.id)
            + coalesce((SELECT sum(jobs) FROM taken t WHERE t.tenant_id = g.tenant_id), 0) AS of_tenant
    FROM given g JOIN windows w USING (queue) JOIN tenants n ON n.id = g.tenant_id
    WHERE coalesce(g.run_at <= now(), true) AND g.concurrency_key IS NULL AND g.waits_on = 0
        AND NOT {HELD.replace("j.", "g.")} AND g.queue NOT IN (SELECT queue FROM before)
), admitted AS (
    SELECT id FROM ranked WHERE of_queue <= size AND own <= cap AND of_tenant <= max_jobs
), placed AS (
    SELECT g.*, a.id IS NOT NULL AS out, coalesce(g.run_at > now(), false) AS later
    FROM given g LEFT JOIN admitted a USING (id)
), made AS (
    INSERT INTO jobs (id, tenant_id, kind, lane, queue, concurrency_key, origin_id, sync_until, execution_mode,
        status, attempt, attempt_base, retry_base_at, out, place, dispatch, confirmed, published_at, publications,
        run_at, due_at, input, created_by, metadata, prompt_id, prompt_version, model, request_id, traceparent,
        idempotency_key, fingerprint, batch_id, name, needed, waits_on, on_failure, version, created_at)
    SELECT id, tenant_id, kind, lane, queue, concurrency_key, origin_id, sync_until, execution_mode,
        CASE WHEN waits_on > 0 THEN 'blocked' WHEN later THEN 'scheduled' ELSE 'pending' END,
        1, 0, greatest(now(), run_at), out,
        CASE WHEN waits_on > 0 THEN NULL WHEN out THEN 'taken' ELSE 'wanted' END, CAST(out AS integer), false,
        CASE WHEN out THEN now() END,
        CAST(out AS integer), run_at,
        CASE WHEN waits_on > 0 THEN NULL WHEN out THEN now() + make_interval(secs => :publish_wait)
            ELSE coalesce(run_at, now()) END,
        input, created_by, metadata, prompt_id, prompt_version, model, request_id, traceparent, idempotency_key,
        decode(fingerprint, 'hex'), batch_id, name, needed, waits_on, on_failure, 1, now()
    FROM placed ORDER BY id
    ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING id, status, attempt, out, created_at
), logged AS (
    INSERT INTO job_log (job_id, version, status, attempt, at) SELECT id, 1, status, attempt, created_at FROM made
)
SELECT id, status, out, created_at FROM made
""")

OF_KEY = text("""
SELECT id, encode(fingerprint, 'hex') AS fingerprint, run_at, created_at FROM jobs
WHERE tenant_id = :tenant_id AND idempotency_key = :key
""")

FORGET_KEYS = text("""
UPDATE jobs SET idempotency_key = NULL, fingerprint = NULL WHERE id IN (
    SELECT id FROM jobs WHERE idempotency_key IS NOT NULL AND created_at < now() - make_interval(secs => :seconds)
    ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
)
""")

# What was heard of since it was published is due by that: a run may have been handed back before the confirmation came.
# `waits`: the queues whose first repetition comes later than elsewhere.
CONFIRM = text(f"""
WITH waits AS MATERIALIZED (
    SELECT * FROM {recordset("w", "queue text, seconds double precision", parameter="waits")}
), held AS (
    SELECT id, coalesce((SELECT seconds FROM waits w WHERE w.queue = jobs.queue), :unclaimed_wait) AS wait FROM jobs
    WHERE (id, attempt, dispatch) IN (
            SELECT id, attempt, dispatch FROM {recordset("g", "id uuid, attempt integer, dispatch integer")}
        ) AND status = 'pending' AND NOT confirmed AND NOT recall
    ORDER BY id FOR UPDATE
)
UPDATE jobs j SET confirmed = true, due_at = CASE WHEN j.heard_at >= j.published_at THEN j.due_at
    ELSE j.published_at + make_interval(
        secs => least(held.wait * power(2, j.publications - 1), :unclaimed_wait_limit)) END
FROM held WHERE j.id = held.id
""")

READ = text(f"SELECT {JOB} FROM jobs j WHERE j.id = :id AND j.deleted_at IS NULL")

LOCK = text(f"""
SELECT {JOB} FROM jobs j WHERE j.id = ANY(CAST(:ids AS uuid[])) ORDER BY j.id FOR UPDATE
""")

LOCK_SHOWN = text(f"""
SELECT {JOB}, {SIZE}, j.request_id FROM jobs j
WHERE j.id = ANY(CAST(:ids AS uuid[])) AND j.deleted_at IS NULL ORDER BY j.id FOR UPDATE
""")

INPUTS = text("SELECT id, CAST(input AS text) AS input FROM jobs WHERE id = ANY(CAST(:ids AS uuid[]))")

HAND_OVER = text("""
UPDATE jobs SET handed_over = true
WHERE id = :id AND status NOT IN ('completed', 'failed', 'cancelled') RETURNING status
""")

LOCK_DUE = text(f"""
SELECT {JOB}, {SIZE}, j.request_id, j.status = 'scheduled' AND {HELD} AS held FROM jobs j
WHERE j.place = 'taken' AND j.due_at <= now() AND (:silent OR j.status <> 'processing')
ORDER BY j.due_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")

# A result stays until a later attempt completes with another one: what was paid for is readable meanwhile.
WRITE = text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM {
    recordset(
        "g",
        '''id uuid, status text, attempt integer, attempt_base integer, out boolean, dispatch integer,
        confirmed boolean, published_at timestamptz, publications integer, claim integer, n integer,
        retry_base_at timestamptz, lane text, place text, behind_key boolean, held_by text, held_at timestamptz,
        wished_run_at timestamptz, sync_until timestamptz, recall boolean, heard_at timestamptz,
        run_at timestamptz, due_at timestamptz, cancel_requested text, directives integer,
        waits_on integer, unsettled boolean, error json, usage jsonb, redo text[], steps jsonb,
        started_at timestamptz, completed_at timestamptz,
        version integer, result json''',
    )
}
), written AS (
    UPDATE jobs j SET status = g.status, attempt = g.attempt, attempt_base = g.attempt_base, out = g.out,
        dispatch = g.dispatch, confirmed = g.confirmed, published_at = g.published_at, publications = g.publications,
        retry_base_at = g.retry_base_at, waits_on = g.waits_on, unsettled = g.unsettled,
        lane = g.lane, queue = split_part(j.queue, '.', 1) || '.' || g.lane,
        place = g.place, behind_key = g.behind_key, held_by = g.held_by, held_at = g.held_at,
        wished_run_at = g.wished_run_at, sync_until = g.sync_until, recall = g.recall, claim = g.claim, n = g.n,
        heard_at = g.heard_at, run_at = g.run_at, due_at = g.due_at, cancel_requested = g.cancel_requested,
        directives = g.directives, error = g.error, usage = g.usage, redo = g.redo,
        steps = coalesce(g.steps, j.steps), started_at = g.started_at,
        completed_at = g.completed_at, version = g.version,
        result = coalesce(g.result, j.result)
    FROM given g WHERE j.id = g.id
)
INSERT INTO job_log (job_id, version, status, attempt, at, error, worker)
SELECT job_id, version, status, attempt, at, error, worker FROM {
    recordset(
        "l",
        '''job_id uuid, version integer, status text, attempt integer, at timestamptz, error json,
        worker text''',
        parameter="entries",
    )
} ORDER BY job_id, version
""")

HEARD = text(f"""
WITH held AS (
    SELECT id FROM jobs
    WHERE (id, claim) IN (SELECT job_id, claim FROM {recordset("g", "job_id uuid, claim integer")})
        AND status = 'processing'
    ORDER BY id FOR UPDATE
)
UPDATE jobs SET heard_at = now(), due_at = now() + make_interval(secs => :silence) FROM held WHERE jobs.id = held.id
""")

VIEW = """j.id, j.kind, j.lane, j.execution_mode, j.status, j.attempt, j.attempt_base, j.run_at, j.created_by,
    j.prompt_id, j.prompt_version, j.model, j.created_at, j.started_at, j.completed_at, j.cancel_requested,
    j.held_by, j.held_at, j.origin_id, j.batch_id, j.name,
    CAST(j.error AS text) AS error, CAST(j.usage AS text) AS usage, CAST(j.metadata AS text) AS metadata,
    CAST(j.steps AS text) AS steps"""

GET = text(f"""
SELECT {VIEW}, CAST(j.result AS text) AS result FROM jobs j
WHERE j.tenant_id = :tenant_id AND j.id = :id AND j.deleted_at IS NULL
""")

INPUT = text("""
SELECT kind, lane, status IN ('completed', 'failed', 'cancelled') AS over, waits_on > 0 AS unfilled, prompt_id,
    prompt_version, CAST(input AS text) AS input, CAST(metadata AS text) AS metadata
FROM jobs WHERE tenant_id = :tenant_id AND id = :id AND deleted_at IS NULL
""")

_WANTED = """j.deleted_at IS NULL
            AND (CAST(:kind AS text) IS NULL OR j.kind LIKE CAST(:kind AS text))
            AND (CAST(:lane AS text) IS NULL OR j.lane = :lane)
            AND (CAST(:execution_mode AS text) IS NULL OR j.execution_mode = :execution_mode)
            AND (CAST(:created_from AS timestamptz) IS NULL OR j.created_at >= :created_from)
            AND (CAST(:created_to AS timestamptz) IS NULL OR j.created_at < :created_to)"""


def _list(of: str) -> TextClause:
    """The newest of each status, from an index that has them in this order, and of these the newest: what else there is
    is not looked at.
    """
    return text(f"""
SELECT {VIEW}, CASE WHEN :with_result THEN CAST(j.result AS text) END AS result FROM jobs j JOIN (
    SELECT found.id
    FROM (SELECT DISTINCT unnest(coalesce(CAST(:statuses AS text[]), ARRAY[{_STATUSES}])) AS status) wanted
    CROSS JOIN LATERAL (
        SELECT j.id FROM jobs j WHERE {of} AND j.status = wanted.status AND j.id < :before AND {_WANTED}
        ORDER BY j.id DESC LIMIT :limit
    ) found ORDER BY found.id DESC LIMIT :limit
) page USING (id) ORDER BY j.id DESC
""")


LIST = _list("j.tenant_id = :tenant_id")
LIST_OF_BATCH = _list("j.batch_id = :batch_id AND j.tenant_id = :tenant_id")

SUMMARY = text("""
SELECT id, status FROM jobs
WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) AND deleted_at IS NULL
""")

TIMELINE = text("""
SELECT version, status, attempt, at, CAST(error AS text) AS error, worker FROM job_log
WHERE job_id = :id ORDER BY version
""")

# Transactions commit in another order than they write. By (xid, …), and only of transactions older than every one that
# still runs, nothing can appear behind a reader's cursor.
TRANSITIONS = text("""
SELECT CAST(l.xid AS text) AS xid, l.job_id, l.version, j.tenant_id, j.kind, j.lane, j.execution_mode, l.status,
    l.attempt, l.at, j.created_at, coalesce(l.error ->> 'code', '') AS error_code
FROM (
    SELECT * FROM job_log
    WHERE (xid, job_id, version) > (CAST(CAST(:xid AS text) AS xid8), CAST(:job_id AS uuid), CAST(:version AS integer))
        AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, job_id, version LIMIT :limit
) l JOIN jobs j ON j.id = l.job_id
ORDER BY l.xid, l.job_id, l.version
""")
