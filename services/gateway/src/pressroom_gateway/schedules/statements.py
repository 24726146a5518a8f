"""The SQL of schedules."""

from sqlalchemy import text

from pressroom_common.database import recordset

_SCHEDULE = """s.id, s.tenant_id, s.kind, s.environment_id, s.cron, s.timezone, s.jitter, s."full", s.slot, s.next_at,
    s.paused_by, s.paused_at, s.last_at, s.last_job_id, s.skipped_at, s.created_by, s.created_at, s.updated_at"""
_ONE = "s.tenant_id = :tenant_id AND s.id = :id"

NOW = text("SELECT now() AS now")

ADD = text(f"""
INSERT INTO schedules AS s (id, tenant_id, kind, environment_id, cron, timezone, jitter, "full", slot, next_at,
    created_by)
VALUES (:id, :tenant_id, :kind, :environment_id, :cron, :timezone, :jitter, :full, :slot, :next_at, :created_by)
RETURNING {_SCHEDULE}
""")

GET = text(f"SELECT {_SCHEDULE} FROM schedules s WHERE {_ONE}")

LIST = text(f"""
SELECT {_SCHEDULE} FROM schedules s
WHERE s.tenant_id = :tenant_id AND s.id < :before
    AND (CAST(:environment_id AS uuid) IS NULL OR s.environment_id = :environment_id)
ORDER BY s.id DESC LIMIT :limit
""")

# A plan that somebody else has changed meanwhile is not written over, nor the slot of a sweep.
_AS_SEEN = """(s.cron, s.timezone, s.jitter, s."full", s.slot)
        = (:seen_cron, :seen_timezone, :seen_jitter, :seen_full, :seen_slot)"""

CHANGE = text(f"""
UPDATE schedules s SET cron = :cron, timezone = :timezone, jitter = :jitter, "full" = :full, slot = :slot,
    next_at = :next_at, updated_at = now()
WHERE {_ONE} AND {_AS_SEEN} RETURNING {_SCHEDULE}
""")

PAUSE = text(f"""
UPDATE schedules s SET paused_at = CASE WHEN s.paused_by IS NULL THEN now() ELSE s.paused_at END,
    paused_by = coalesce(s.paused_by, :who)
WHERE {_ONE} RETURNING {_SCHEDULE}
""")

RESUME = text(f"""
UPDATE schedules s SET slot = CASE WHEN s.paused_by IS NULL THEN s.slot ELSE :slot END,
    next_at = CASE WHEN s.paused_by IS NULL THEN s.next_at ELSE :next_at END, paused_by = NULL, paused_at = NULL
WHERE {_ONE} AND {_AS_SEEN} RETURNING {_SCHEDULE}
""")

TRIGGERED = text(f"""
UPDATE schedules s SET last_at = now(), last_job_id = :job_id WHERE {_ONE} RETURNING {_SCHEDULE}
""")

DELETE = text("DELETE FROM schedules WHERE tenant_id = :tenant_id AND id = :id")

FORGET = text("""
DELETE FROM schedules WHERE tenant_id = :tenant_id AND environment_id = ANY(CAST(:environment_ids AS uuid[]))
""")

FORGET_GONE = text("""
DELETE FROM schedules
WHERE tenant_id = :tenant_id AND created_at < :before AND NOT environment_id = ANY(CAST(:left AS uuid[]))
""")

DUE = text(f"""
SELECT {_SCHEDULE}, now() AS now,
    coalesce(j.status NOT IN ('completed', 'failed', 'cancelled'), false) AS busy,
    coalesce(j.status = 'failed' AND j.error ->> 'code' = 'environment_gone', false) AS gone
FROM schedules s LEFT JOIN jobs j ON j.id = s.last_job_id
WHERE s.paused_by IS NULL AND s.next_at <= now()
ORDER BY s.next_at, s.id LIMIT :limit FOR UPDATE OF s SKIP LOCKED
""")

TAKE = text(f"""
UPDATE schedules s SET slot = g.slot, next_at = g.next_at,
    last_job_id = coalesce(g.job_id, s.last_job_id),
    last_at = CASE WHEN g.job_id IS NULL THEN s.last_at ELSE now() END,
    skipped_at = CASE WHEN g.skipped THEN now() ELSE s.skipped_at END,
    paused_by = g.paused_by, paused_at = CASE WHEN g.paused_by IS NOT NULL THEN now() END
FROM {
    recordset(
        "g",
        "id uuid, slot timestamptz, next_at timestamptz, job_id uuid, skipped boolean, paused_by text",
        parameter="turns",
    )
}
WHERE s.id = g.id
""")
