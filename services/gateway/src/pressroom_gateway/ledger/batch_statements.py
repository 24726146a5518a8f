"""The SQL of batches, and of jobs that depend on others."""

from sqlalchemy import text

from pressroom_common.database import recordset

MAKE = text("""
INSERT INTO batches (id, tenant_id, name, kind, total, metadata, refused, created_by, idempotency_key, fingerprint)
VALUES (:id, :tenant_id, :name, :kind, :total, CAST(CAST(:metadata AS text) AS json),
    CAST(CAST(:refused AS text) AS json), :created_by, :idempotency_key, decode(CAST(:fingerprint AS text), 'hex'))
ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
""")

DEPEND = text(f"""
INSERT INTO dependencies (job_id, on_job_id, token)
SELECT job_id, on_job_id, token FROM {recordset("g", "job_id uuid, on_job_id uuid, token text")}
""")

# `seen`: the row's version. Whatever is written to it afterwards makes another one.
UNSETTLED = text("""
SELECT id, CAST(xmin AS text) AS seen FROM jobs WHERE unsettled ORDER BY id LIMIT :limit
""")

# These, and what waits for them; of what was deleted nothing is asked any more.
WAITING_FOR = text("""
SELECT j.id FROM jobs j WHERE j.id IN (
    SELECT unnest(CAST(:ids AS uuid[]))
    UNION SELECT job_id FROM dependencies WHERE on_job_id = ANY(CAST(:ids AS uuid[]))
) AND j.waits_on > 0 AND j.deleted_at IS NULL ORDER BY j.id
""")

SETTLED = text(f"""
WITH held AS (
    SELECT id FROM jobs
    WHERE (id, CAST(xmin AS text)) IN (SELECT id, seen FROM {recordset("g", "id uuid, seen text")})
    ORDER BY id FOR UPDATE
)
UPDATE jobs SET unsettled = false FROM held WHERE jobs.id = held.id
""")

# A statement of its own, after they were locked: so it sees what others had committed while it waited for the locks.
NEEDS = text("""
SELECT d.job_id, d.on_job_id AS id, coalesce(p.name, '') AS name,
    CASE WHEN p.id IS NULL OR p.deleted_at IS NOT NULL THEN 'gone' ELSE p.status END AS status
FROM dependencies d JOIN jobs j ON j.id = d.job_id LEFT JOIN jobs p ON p.id = d.on_job_id
WHERE d.job_id = ANY(CAST(:ids AS uuid[])) AND j.deleted_at IS NULL ORDER BY d.job_id, d.on_job_id
""")

# What a text will be with those of others in it, before any of them is read: each content is measured once.
MEASURED = text("""
WITH contents AS MATERIALIZED (
    SELECT p.id, coalesce(length(c.content), 0) AS length, coalesce(octet_length(c.content), 0) AS size
    FROM jobs p CROSS JOIN LATERAL (SELECT p.result ->> 'content' AS content OFFSET 0) c
    WHERE p.id IN (
        SELECT on_job_id FROM dependencies WHERE job_id = ANY(CAST(:ids AS uuid[])) AND token IS NOT NULL)
)
SELECT w.id, coalesce(length(w.prompt) + sum(uses.times * (uses.length - length(uses.token))), 0) AS length,
    coalesce(octet_length(w.prompt) + sum(uses.times * (uses.size - length(uses.token))), 0) AS size
FROM (SELECT j.id, j.input ->> 'prompt' AS prompt FROM jobs j WHERE j.id = ANY(CAST(:ids AS uuid[])) OFFSET 0) w
CROSS JOIN LATERAL (
    SELECT d.token, coalesce(c.length, 0) AS length, coalesce(c.size, 0) AS size,
        (length(w.prompt) - length(replace(w.prompt, d.token, ''))) / length(d.token) AS times
    FROM dependencies d LEFT JOIN contents c ON c.id = d.on_job_id WHERE d.job_id = w.id AND d.token IS NOT NULL
) uses
GROUP BY w.id, w.prompt ORDER BY w.id
""")

OUTPUTS = text("""
SELECT d.job_id, d.token, CAST(p.result AS text) AS result
FROM dependencies d JOIN jobs j ON j.id = d.job_id LEFT JOIN jobs p ON p.id = d.on_job_id
WHERE d.job_id = ANY(CAST(:ids AS uuid[])) AND d.token IS NOT NULL
    AND coalesce(strpos(j.input ->> 'prompt', d.token), 1) > 0
""")

FILL = text(f"""
UPDATE jobs j SET input = g.input FROM {recordset("g", "id uuid, input json")} WHERE j.id = g.id
""")
