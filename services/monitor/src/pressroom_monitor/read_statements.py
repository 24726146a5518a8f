"""The SQL of what others ask. A tenant of NULL stands for all of them."""

from sqlalchemy import text

_OF_TENANT = "(CAST(:tenant_id AS uuid) IS NULL OR tenant_id = CAST(:tenant_id AS uuid))"
_HOUR = "FILTER (WHERE minute > now() - interval '1 hour')"

JOB_COUNTS = text(f"""
SELECT kind, status, CAST(sum(jobs) AS bigint) AS jobs FROM job_counts
WHERE jobs <> 0 AND {_OF_TENANT} GROUP BY kind, status ORDER BY kind, status
""")


def _sum(column: str, name: str, only: str = "") -> str:
    return f"CAST(coalesce(sum({column}) {only}, 0) AS bigint) AS {name}"


def _count(status: str) -> str:
    return f"count(*) FILTER (WHERE status = '{status}') AS {status}"


LAST_DAY = text(f"""
SELECT {_sum("completed", "day_completed")}, {_sum("failed", "day_failed")}, {_sum("cancelled", "day_cancelled")},
    {_sum("completed", "hour_completed", _HOUR)}, {_sum("failed", "hour_failed", _HOUR)},
    {_sum("cancelled", "hour_cancelled", _HOUR)},
    {_sum("input_tokens", "input_tokens")}, {_sum("output_tokens", "output_tokens")}
FROM minutes WHERE minute > now() - interval '24 hours' AND {_OF_TENANT}
""")

LATELY_ENDED = text(f"""
SELECT count(*) AS jobs FROM endings WHERE ended_at > now() - make_interval(mins => :minutes) AND {_OF_TENANT}
""")

DURATIONS = text(f"""
SELECT kind, count(*) AS completed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50_seconds,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95_seconds
FROM endings WHERE ended_at > now() - interval '1 hour' AND status = 'completed' AND {_OF_TENANT}
GROUP BY kind ORDER BY kind
""")

# Of kinds that may be in either mode: others say nothing of sync mode beside async mode.
MODES = text(f"""
SELECT execution_mode, {_count("completed")}, {_count("failed")}, {_count("cancelled")},
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE status = 'completed') AS p50_seconds
FROM endings WHERE ended_at > now() - interval '1 hour' AND kind LIKE 'generation.%' AND {_OF_TENANT}
GROUP BY execution_mode ORDER BY execution_mode
""")

WORKERS = text("""
SELECT *, CAST(extract(epoch FROM now() - heard_at) AS double precision) AS age FROM workers ORDER BY service, name
""")

JOB = text(f"SELECT job_id FROM jobs WHERE job_id = :job_id AND {_OF_TENANT}")
ATTEMPTS = text(f"""
SELECT attempt, state, claim, holder, started_at, ended_at, seconds, error_code, error_class
FROM attempts WHERE job_id = :job_id AND {_OF_TENANT} ORDER BY attempt
""")
