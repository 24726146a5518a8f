"""The SQL of what is watched."""

from sqlalchemy import text

from pressroom_gateway.ledger.statements import VIEW

STANDINGS = text(f"""
SELECT {VIEW}, j.tenant_id, j.claim, j.n, j.version, octet_length(CAST(j.input AS text)) AS input_size,
    CASE WHEN j.status = 'completed' THEN CAST(j.result AS text) END AS result
FROM jobs j WHERE j.id = ANY(CAST(:ids AS uuid[])) AND j.deleted_at IS NULL
""")

VERSIONS = text("SELECT id, version FROM jobs WHERE id = ANY(CAST(:ids AS uuid[])) AND deleted_at IS NULL")

DURATIONS = text("""
SELECT kind, model, size, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90
FROM (
    SELECT kind, model, CAST(extract(epoch FROM completed_at - started_at) AS double precision) AS seconds,
        CAST(floor(log(4, greatest(octet_length(CAST(input AS text)), 1))) AS integer) AS size
    FROM jobs
    WHERE status = 'completed' AND completed_at > now() - interval '1 day' AND started_at IS NOT NULL
        AND attempt - attempt_base = 1
    ORDER BY completed_at DESC LIMIT 2000
) lately
GROUP BY GROUPING SETS ((kind, model, size), (kind, model), (kind)) HAVING count(*) >= 5
""")
