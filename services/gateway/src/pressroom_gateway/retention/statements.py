"""The SQL of retention."""

from sqlalchemy import TextClause, text

from pressroom_gateway.ledger.statements import AWAITED


# A job that was never published has no run. One that others wait for stays, and one of whose end they have not heard.
# The log goes with its job (ON DELETE CASCADE).
def _delete(which: str, order: str) -> TextClause:
    return text(f"""
WITH old AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE status IN ('completed', 'failed', 'cancelled') AND {which}
        AND (published_at IS NULL OR published_at < now() - make_interval(secs => :published))
        AND NOT unsettled AND NOT {AWAITED}
    ORDER BY {order} LIMIT :limit FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM jobs j USING old WHERE j.id = old.id RETURNING j.id, j.kind, j.attempt, j.n, j.published_at
), noted AS (
    INSERT INTO forgotten_runs (job_id, kind, attempt, n)
    SELECT id, kind, attempt, n FROM gone WHERE published_at IS NOT NULL
)
SELECT count(*) AS deleted FROM gone
""")


DELETE_OLD = _delete("completed_at < now() - make_interval(secs => :ended)", "completed_at")
DELETE_HIDDEN = _delete("deleted_at IS NOT NULL", "deleted_at")

# One statement of its own: two gateways that delete the halves of a batch do not see each other's.
DELETE_EMPTY = text("""
DELETE FROM batches b WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.batch_id = b.id)
""")

FORGOTTEN = text("SELECT job_id, kind, attempt, n FROM forgotten_runs ORDER BY job_id LIMIT :limit")

# Other gateways may strike off the same: rows are locked in the order of their ids.
TOLD = text("""
DELETE FROM forgotten_runs WHERE job_id IN (
    SELECT job_id FROM forgotten_runs WHERE job_id = ANY(CAST(:job_ids AS uuid[])) ORDER BY job_id FOR UPDATE
)
""")

# By their ids, which sort by time: where none is old enough, one probe of the primary key says so.
DELETE_CALLS = text("""
DELETE FROM audit WHERE id IN (
    SELECT id FROM audit WHERE id < :before ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
)
""")
