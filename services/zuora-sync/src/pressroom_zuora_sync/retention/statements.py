"""The SQL of retention. Rows that others hold are skipped: nobody waits for a deletion, nor it for anybody."""

from sqlalchemy import text

# A sync whose run is gone will not end any more.
DELETE_SYNCS = text("""
WITH old AS MATERIALIZED (
    SELECT s.job_id FROM syncs s
    WHERE coalesce(s.ended_at, s.started_at) < now() - make_interval(secs => :seconds)
        AND EXISTS (SELECT FROM syncs n WHERE n.environment_id = s.environment_id AND n.job_id > s.job_id)
        AND (s.state <> 'running' OR NOT EXISTS (SELECT FROM runs r WHERE r.job_id = s.job_id))
    ORDER BY coalesce(s.ended_at, s.started_at) LIMIT :limit FOR UPDATE OF s SKIP LOCKED
)
DELETE FROM syncs s USING old WHERE s.job_id = old.job_id
""")

# A workflow's versions are numbered without gaps: the newest ones are known without counting. `version > 1` is what the
# index says: workflows that have few versions are not looked at.
DELETE_VERSIONS = text("""
WITH old AS MATERIALIZED (
    SELECT v.workflow_id, v.number FROM workflows w JOIN versions v ON v.workflow_id = w.id
    WHERE w.version > 1 AND w.version > :kept AND v.number <= w.version - :kept
        AND v.exported_at < now() - make_interval(secs => :seconds)
    ORDER BY v.exported_at LIMIT :limit FOR UPDATE OF v SKIP LOCKED
)
DELETE FROM versions v USING old WHERE v.workflow_id = old.workflow_id AND v.number = old.number
""")
