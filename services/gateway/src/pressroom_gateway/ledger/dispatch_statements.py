"""The SQL of the dispatcher. Who gives places away holds one lock until it commits, so that no cap is passed."""

from sqlalchemy import TextClause, text

from pressroom_common.database import recordset

from .job import Job
from .statements import FREE, GROUPS, HELD, OF_GROUP, SIZE

_JOB = ", ".join(f"j.{name}" for name in Job.__struct_fields__ if name not in {"result", "steps"})


def _load(taken: str) -> TextClause:
    return text(f"""
SELECT CAST(json_build_object(
    'taken', coalesce((SELECT json_agg(t) FROM {taken} t), '[]'),
    'holds', coalesce((SELECT json_agg(h) FROM holds h), '[]'),
    'limits', coalesce((SELECT json_agg(l) FROM (
        SELECT id AS tenant_id, max_jobs AS jobs FROM tenants WHERE max_jobs IS NOT NULL
    ) l), '[]'),
    'slots', coalesce((SELECT json_agg(s) FROM (
        SELECT service, lane, sum(CAST(each AS integer)) AS slots, count(*) AS workers
        FROM workers, jsonb_each_text(workers.slots) AS of_worker(lane, each)
        WHERE heard_at > now() - make_interval(secs => :silence) GROUP BY service, lane
    ) s), '[]')) AS text) AS load
""")


LOAD = _load("(SELECT queue, tenant_id, count(*) AS jobs FROM jobs WHERE place = 'taken' GROUP BY queue, tenant_id)")
LOCK_LOAD = _load("(SELECT queue, tenant_id, jobs FROM taken_places())")

# The distinct keys of an index, one probe each; of every key that is free, the first job comes to the front.
WAKE_KEYS = text(f"""
WITH RECURSIVE keys AS (
    (SELECT tenant_id, concurrency_key FROM jobs WHERE behind_key ORDER BY tenant_id, concurrency_key LIMIT 1)
    UNION ALL
    SELECT next.* FROM keys CROSS JOIN LATERAL (
        SELECT tenant_id, concurrency_key FROM jobs
        WHERE behind_key AND (tenant_id, concurrency_key) > (keys.tenant_id, keys.concurrency_key)
        ORDER BY tenant_id, concurrency_key LIMIT 1
    ) next
), heads AS (
    SELECT head.id FROM keys CROSS JOIN LATERAL (
        SELECT j.id FROM jobs j
        WHERE j.behind_key AND (j.tenant_id, j.concurrency_key) = (keys.tenant_id, keys.concurrency_key)
            AND NOT {HELD}
        ORDER BY array_position(ARRAY['high', 'default', 'low'], j.lane), j.id LIMIT 1
    ) head
    WHERE NOT EXISTS (
        SELECT FROM jobs j
        WHERE (j.tenant_id, j.concurrency_key) = (keys.tenant_id, keys.concurrency_key)
            AND j.place IS NOT NULL AND NOT j.behind_key
            AND (j.place = 'taken' OR (j.due_at <= now() AND NOT {HELD}))
    )
), locked AS (
    SELECT id FROM jobs WHERE id IN (SELECT id FROM heads) AND behind_key ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET behind_key = false, due_at = coalesce(run_at, created_at) FROM locked WHERE jobs.id = locked.id
""")

ANY_WAITING = text(f"""
WITH RECURSIVE {GROUPS}
SELECT EXISTS (
    SELECT FROM groups g WHERE NOT {HELD.replace("j.", "g.")} AND EXISTS (SELECT FROM jobs j WHERE {OF_GROUP})
) AS waiting
""")

WAITING = text("""
SELECT queue, CAST(sum(jobs) AS integer) AS jobs FROM (
    SELECT queue, count(*) AS jobs FROM jobs
    WHERE place = 'wanted' AND NOT behind_key AND due_at <= now() GROUP BY queue
    UNION ALL
    SELECT queue, count(*) FROM jobs WHERE behind_key GROUP BY queue
) each GROUP BY queue
""")

# The tenant with the fewest jobs out is first, whatever waits of the others; of a tenant, what has waited longest.
# What is materialized would else be computed again for every row that is looked at. A job travels as one JSON value: of
# 33 columns each costs the gateway more to read than all of them in one.
CANDIDATES = text(f"""
WITH RECURSIVE {GROUPS}, taken AS MATERIALIZED (
    SELECT * FROM {recordset("t", "queue text, tenant_id uuid, jobs integer", parameter="taken")}
), windows AS MATERIALIZED (
    SELECT w.*, w.size - coalesce((SELECT sum(jobs) FROM taken t WHERE t.queue = w.queue), 0) AS room
    FROM {recordset("w", "queue text, size integer, cap integer", parameter="windows")}
), open AS MATERIALIZED (
    SELECT g.*, w.room, coalesce(t.jobs, 0) AS out,
        least(w.cap - coalesce(t.jobs, 0), coalesce(n.max_jobs, :tenant_jobs)
            - coalesce((SELECT sum(jobs) FROM taken a WHERE a.tenant_id = g.tenant_id), 0)) AS own_room
    FROM groups g JOIN windows w USING (queue) LEFT JOIN taken t USING (queue, tenant_id)
        JOIN tenants n ON n.id = g.tenant_id
    WHERE NOT {HELD.replace("j.", "g.")}
), turns AS (
    SELECT found.*, g.queue, g.lane, g.room, g.out, g.own_room,
        row_number() OVER (PARTITION BY g.queue, g.tenant_id ORDER BY found.due_at, found.id) AS turn
    FROM open g CROSS JOIN LATERAL (
        SELECT j.id, j.due_at FROM jobs j WHERE {OF_GROUP}
        ORDER BY j.due_at, j.id LIMIT greatest(least(g.room, g.own_room, :batch), 0)
    ) found
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY queue ORDER BY out + turn, due_at, id) AS rank
    FROM turns WHERE turn <= own_room
), picked AS MATERIALIZED (
    SELECT id, array_position(ARRAY['high', 'default', 'low'], lane) AS lane_rank, rank
    FROM ranked WHERE rank <= room ORDER BY lane_rank, rank LIMIT :batch
)
SELECT CAST(row_to_json(job) AS text) AS job, size, request_id, now() AS now
FROM (
    SELECT {_JOB}, {SIZE}, j.request_id FROM jobs j JOIN picked USING (id)
    WHERE {FREE} AND j.due_at <= now()
    ORDER BY picked.lane_rank, picked.rank FOR UPDATE OF j SKIP LOCKED
) locked CROSS JOIN LATERAL (SELECT {_JOB.replace("j.", "locked.")}) job
""")

BUSY_KEYS = text("""
SELECT DISTINCT tenant_id, concurrency_key FROM jobs
WHERE concurrency_key = ANY(CAST(:keys AS text[])) AND place = 'taken' AND NOT behind_key
""")

# For `why`: what waits before a job in its lane. A bounded count: beyond it nobody cares for the exact number.
AHEAD = text(f"""
SELECT
    (SELECT count(*) FROM (SELECT FROM jobs j WHERE {FREE} AND j.queue = :queue AND j.tenant_id = :tenant_id
        AND (j.due_at, j.id) < (CAST(:due_at AS timestamptz), CAST(:id AS uuid)) LIMIT 10000) a) AS own,
    (SELECT count(*) FROM (SELECT FROM jobs j WHERE {FREE} AND j.queue = :queue AND j.due_at <= now()
        LIMIT 10000) a) AS lane,
    (SELECT count(DISTINCT tenant_id) FROM (SELECT j.tenant_id FROM jobs j WHERE {FREE} AND j.queue = :queue
        AND j.due_at <= now() LIMIT 10000) a) AS tenants,
    (SELECT CAST(count(*) / greatest(extract(epoch FROM now() - min(completed_at)), 1) AS double precision)
        FROM (SELECT completed_at FROM jobs j WHERE j.completed_at > now() - interval '2 minutes'
            AND j.status IN ('completed', 'failed', 'cancelled') AND j.queue = :queue
            ORDER BY completed_at DESC LIMIT 1000) a HAVING count(*) > 0) AS per_second
""")

WORKER_HEARD = text("""
INSERT INTO workers (name, service, slots, heard_at) VALUES (:name, :service, CAST(:slots AS jsonb), now())
ON CONFLICT (name) DO UPDATE SET service = excluded.service, slots = excluded.slots, heard_at = excluded.heard_at
""")

WORKER_GONE = text("DELETE FROM workers WHERE name = :name")

FORGET_WORKERS = text("DELETE FROM workers WHERE heard_at < now() - interval '1 day'")

HOLD = text("""
INSERT INTO holds (scope, name, held_by) VALUES (:scope, :name, :held_by) ON CONFLICT DO NOTHING
""")

RELEASE = text("DELETE FROM holds WHERE scope = :scope AND name = :name")
