"""The SQL of batches, and of jobs that depend on others."""

from sqlalchemy import text

from pressroom_common.database import recordset

from .statements import JOB

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

UNSETTLED = text("SELECT id FROM jobs WHERE unsettled ORDER BY id LIMIT :limit")

# These, and what waits for them: all in the order of their ids, as everywhere.
LOCK_UNSETTLED = text(f"""
SELECT {JOB} FROM jobs j WHERE j.id IN (
    SELECT unnest(CAST(:ids AS uuid[]))
    UNION SELECT job_id FROM dependencies WHERE on_job_id = ANY(CAST(:ids AS uuid[]))
) ORDER BY j.id FOR UPDATE
""")

# A statement of its own, after that: so it sees what others had committed while it waited for the locks.
NEEDS = text("""
SELECT d.job_id, d.on_job_id AS id, coalesce(p.name, '') AS name,
    CASE WHEN p.id IS NULL OR p.deleted_at IS NOT NULL THEN 'gone' ELSE p.status END AS status
FROM dependencies d LEFT JOIN jobs p ON p.id = d.on_job_id
WHERE d.job_id = ANY(CAST(:ids AS uuid[])) ORDER BY d.job_id, d.on_job_id
""")

OUTPUTS = text("""
SELECT j.id, CAST(j.input AS text) AS input, d.token, CAST(p.result AS text) AS result
FROM dependencies d JOIN jobs j ON j.id = d.job_id JOIN jobs p ON p.id = d.on_job_id
WHERE d.job_id = ANY(CAST(:ids AS uuid[])) AND d.token IS NOT NULL
""")

FILL = text(f"""
UPDATE jobs j SET input = g.input FROM {recordset("g", "id uuid, input json")} WHERE j.id = g.id
""")
