"""The SQL of batches. What their jobs are is counted from the jobs."""

from sqlalchemy import text

from .records import RATE_SECONDS

_BATCH = """b.id, b.name, b.kind, b.total, CAST(b.metadata AS text) AS metadata, b.created_by, b.created_at,
    coalesce(encode(b.fingerprint, 'hex'), '') AS fingerprint"""
_WHOLE = f"{_BATCH}, CAST(b.refused AS text) AS refused"

GET = text(f"SELECT {_WHOLE} FROM batches b WHERE b.tenant_id = :tenant_id AND b.id = :id")

OF_KEY = text(f"SELECT {_WHOLE} FROM batches b WHERE b.tenant_id = :tenant_id AND b.idempotency_key = :key")

LIST = text(f"""
SELECT {_BATCH} FROM batches b WHERE b.tenant_id = :tenant_id AND b.id < :before ORDER BY b.id DESC LIMIT :limit
""")

COUNTS = text(f"""
SELECT batch_id, status, count(*) AS jobs, min(started_at) AS began, max(completed_at) AS ended,
    count(*) FILTER (WHERE completed_at > now() - interval '{RATE_SECONDS} seconds') AS lately, now() AS now
FROM jobs WHERE batch_id = ANY(CAST(:ids AS uuid[])) AND deleted_at IS NULL GROUP BY batch_id, status
""")

USAGE = text("""
SELECT u.key AS model, CAST(u.value AS text) AS usage FROM jobs j, jsonb_each(j.usage) u WHERE j.batch_id = :id
""")

NODES = text("""
SELECT id, name, status FROM jobs WHERE batch_id = :id AND deleted_at IS NULL ORDER BY id
""")

EDGES = text("""
SELECT d.job_id, d.on_job_id FROM jobs j JOIN dependencies d ON d.job_id = j.id
WHERE j.batch_id = :id AND j.deleted_at IS NULL ORDER BY d.job_id, d.on_job_id
""")

JOBS = text("""
SELECT id FROM jobs
WHERE batch_id = :id AND deleted_at IS NULL
    AND (CAST(:statuses AS text[]) IS NULL OR status = ANY(CAST(:statuses AS text[])))
ORDER BY id
""")

FORGET_KEYS = text("""
UPDATE batches SET idempotency_key = NULL
WHERE idempotency_key IS NOT NULL AND created_at < now() - make_interval(secs => :seconds)
""")
