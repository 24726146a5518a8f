"""The SQL of parked messages."""

from sqlalchemy import text

_LISTED = """id, status, parked_at, reason, queue, exchange, routing_key, type, job_id, tenant_id, size, cut,
    settled_by, settled_at"""

ADD = text("""
INSERT INTO parked (id, identity, reason, queue, exchange, routing_key, headers, body, size, cut, type, job_id,
    tenant_id)
VALUES (:id, :identity, :reason, :queue, :exchange, :routing_key, :headers, :body, :size, :cut, :type, :job_id,
    :tenant_id)
ON CONFLICT (identity) DO NOTHING
""")

FIND = text(f"SELECT {_LISTED}, CAST(headers AS text) AS headers, body FROM parked WHERE id = :id")

PAGE = text(f"""
SELECT {_LISTED} FROM parked
WHERE id < :before
    AND (CAST(:status AS text) IS NULL OR status = :status)
    AND (CAST(:queue AS text) IS NULL OR queue = :queue)
ORDER BY id DESC LIMIT :count
""")

SETTLE = text(f"""
UPDATE parked SET status = :status, settled_by = :by, settled_at = now() WHERE id = :id AND status = 'parked'
RETURNING {_LISTED}
""")

WAITING = text("SELECT count(*) AS count FROM parked WHERE status = 'parked'")

FORGET = text("""
DELETE FROM parked WHERE id IN (
    SELECT id FROM parked WHERE parked_at < now() - make_interval(secs => :seconds)
    ORDER BY parked_at LIMIT 1000 FOR UPDATE SKIP LOCKED
)
""")
