"""The SQL of what administrators see and do, over all tenants."""

from sqlalchemy import text

from .statements import AWAITED, VIEW

_FITS = """j.deleted_at IS NULL
    AND (CAST(:tenant_id AS uuid) IS NULL OR j.tenant_id = :tenant_id)
    AND (CAST(:ids AS uuid[]) IS NULL OR j.id = ANY(CAST(:ids AS uuid[])))
    AND (CAST(:statuses AS text[]) IS NULL OR j.status = ANY(CAST(:statuses AS text[])))
    AND (CAST(:kind AS text) IS NULL OR j.kind = :kind)
    AND (CAST(:lane AS text) IS NULL OR j.lane = :lane)
    AND (CAST(:execution_mode AS text) IS NULL OR j.execution_mode = :execution_mode)
    AND (CAST(:error_code AS text) IS NULL OR j.error ->> 'code' = :error_code)
    AND (CAST(:created_from AS timestamptz) IS NULL OR j.created_at >= :created_from)
    AND (CAST(:created_to AS timestamptz) IS NULL OR j.created_at < :created_to)"""

COUNT = text(f"SELECT count(*) AS jobs FROM jobs j WHERE {_FITS}")

MATCHING = text(f"SELECT j.id FROM jobs j WHERE {_FITS} AND j.id > :after ORDER BY j.id LIMIT :limit")

# Of these and all that waits for them, at whatever remove, what the filter fits.
MATCHING_CHAINS = text(f"""
WITH RECURSIVE chains AS (
    SELECT unnest(CAST(:first AS uuid[])) AS id
    UNION SELECT d.job_id FROM chains c JOIN dependencies d ON d.on_job_id = c.id
)
SELECT j.id FROM jobs j JOIN chains USING (id) WHERE {_FITS} ORDER BY j.id
""")

LIST_ALL = text(f"""
SELECT {VIEW}, j.tenant_id, NULL AS result FROM jobs j WHERE {_FITS} AND j.id < :before ORDER BY j.id DESC LIMIT :limit
""")

GET_ANY = text(f"""
SELECT {VIEW}, j.tenant_id, CAST(j.result AS text) AS result FROM jobs j WHERE j.id = :id AND j.deleted_at IS NULL
""")

# What clients wrote and got is gone at once; the row follows when no command of the job can begin a run any more. What
# others still wait for stays. Those that ended because of it are told that it is gone.
HIDE = text(f"""
UPDATE jobs SET deleted_at = now(), input = '{{}}', result = NULL, metadata = NULL, idempotency_key = NULL,
    fingerprint = NULL, unsettled = needed
WHERE id IN (
    SELECT id FROM jobs WHERE id = ANY(CAST(:ids AS uuid[])) AND status IN ('completed', 'failed', 'cancelled')
        AND deleted_at IS NULL AND NOT {AWAITED}
    ORDER BY id FOR UPDATE
)
""")
