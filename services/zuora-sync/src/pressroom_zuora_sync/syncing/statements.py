"""The SQL of a sync's life: begun, counted, and ended, by itself or by others."""

from sqlalchemy import TextClause, text

from .fencing import HELD, HELD_BY_CLAIM, RUNS, batch

_TRUSTED = "s.claimed_at > now() - interval '6 hours'"
_FRESH = f"s.pages > 0 AND s.epoch = excluded.epoch AND {_TRUSTED}"
_OVER = "s.state = 'completed' AND s.attempt = excluded.attempt"

# A checkpoint of another sync of the environment is out of date from now on; so is one of this that is of another
# account, or that nobody went on with for hours. A sync may take longer than that, claim after claim.
BEGIN = text(f"""
WITH env AS MATERIALIZED (
    SELECT id, tenant_id, exported_at, epoch FROM environments
    WHERE id = :environment_id AND tenant_id = :tenant_id AND epoch = :epoch FOR KEY SHARE
), begun AS (
    INSERT INTO syncs AS s (job_id, tenant_id, environment_id, "full", dry_run, attempt, claim, epoch)
    SELECT :job_id, tenant_id, id,
        :full OR exported_at IS NULL OR exported_at < now() - make_interval(secs => :full_seconds),
        :dry_run, :attempt, :claim, epoch
    FROM env WHERE {RUNS}
    ON CONFLICT (job_id) DO UPDATE SET
        claim = excluded.claim, attempt = excluded.attempt, epoch = excluded.epoch, claimed_at = now(),
        error = NULL,
        state = CASE WHEN {_OVER} THEN s.state ELSE 'running' END,
        ended_at = CASE WHEN {_OVER} THEN s.ended_at END,
        result = CASE WHEN {_OVER} THEN s.result END,
        pages = CASE WHEN {_FRESH} THEN s.pages ELSE 0 END,
        listed = s.listed AND {_FRESH},
        "full" = CASE WHEN {_FRESH} THEN s."full" ELSE excluded."full" END,
        started_at = CASE WHEN {_FRESH} OR {_OVER} THEN s.started_at ELSE now() END
    WHERE s.claim <= excluded.claim
    RETURNING s.*
), others AS MATERIALIZED (
    SELECT o.job_id FROM syncs o JOIN begun ON o.environment_id = begun.environment_id AND o.job_id <> begun.job_id
    WHERE o.pages > 0 ORDER BY o.job_id FOR UPDATE OF o
), dropped AS (
    DELETE FROM sync_items i USING others WHERE i.job_id = others.job_id
), forgotten AS (
    DELETE FROM sync_items i USING begun WHERE i.job_id = begun.job_id AND begun.pages = 0
), reset AS (
    UPDATE syncs o SET pages = 0, listed = false FROM others WHERE o.job_id = others.job_id
)
SELECT "full", dry_run, pages, listed, CAST(result AS text) AS result FROM begun
""")

EXISTS = text("SELECT 1 FROM environments WHERE id = :environment_id AND tenant_id = :tenant_id")
EPOCH = text("SELECT epoch FROM environments WHERE id = :environment_id AND tenant_id = :tenant_id")

# Why a fence does not stand. No row: there is no such environment any more.
CHANGED = text(f"""
SELECT coalesce(s.epoch <> e.epoch, false) AS changed FROM environments e
LEFT JOIN syncs s ON s.job_id = :job_id AND s.claim = :claim AND s.state = 'running' AND {RUNS}
WHERE e.id = :environment_id
""")

STOCK = text("""
SELECT count(*) FILTER (WHERE w.created_at < s.started_at AND i.outcome IS DISTINCT FROM 'restored') AS before,
    (SELECT count(*) FROM sync_items WHERE job_id = :job_id) AS listed,
    coalesce(json_agg(json_build_object('id', w.id, 'zuora_id', w.zuora_id, 'name', w.name, 'missed', w.missed)
        ORDER BY w.missed DESC, w.zuora_id) FILTER (WHERE i.zuora_id IS NULL), '[]') AS absent
FROM syncs s JOIN workflows w ON w.environment_id = s.environment_id AND w.deleted_at IS NULL
    LEFT JOIN sync_items i ON i.job_id = s.job_id AND i.zuora_id = w.zuora_id
WHERE s.job_id = :job_id
""")

TALLY = text("""
SELECT coalesce((SELECT json_object_agg(outcome, items) FROM (
        SELECT outcome, count(*) AS items FROM sync_items WHERE job_id = :job_id AND outcome IS NOT NULL
        GROUP BY outcome) AS counted), '{}') AS outcomes,
    coalesce((SELECT pages FROM syncs WHERE job_id = :job_id), 0) AS pages, count(*) AS listed,
    coalesce(sum(tasks), 0) AS tasks, count(*) FILTER (WHERE exported) AS exports,
    coalesce((SELECT json_agg(error) FROM (
        SELECT error FROM sync_items WHERE job_id = :job_id AND error IS NOT NULL
        ORDER BY outcome <> 'export_failed', zuora_id LIMIT :most) AS told), '[]') AS faults
FROM sync_items WHERE job_id = :job_id
""")

CLOSE = text(f"""
WITH {HELD}, given AS MATERIALIZED (
    SELECT id, missed FROM {batch("g", "id uuid, missed integer")}
), deleted AS (
    UPDATE workflows w SET deleted_at = now(), updated_at = now(), missing_since = coalesce(w.missing_since, now())
    FROM held WHERE w.environment_id = held.environment_id AND w.id = ANY(CAST(:deleted AS uuid[]))
        AND w.deleted_at IS NULL AND NOT held.dry_run
), missed AS (
    UPDATE workflows w SET missed = g.missed, missing_since = coalesce(w.missing_since, now()), updated_at = now()
    FROM held, given g WHERE w.environment_id = held.environment_id AND w.id = g.id AND NOT held.dry_run
), dated AS (
    UPDATE environments e SET listed_at = now(),
        exported_at = CASE WHEN held."full" THEN held.started_at ELSE e.exported_at END
    FROM held WHERE (e.id, e.epoch) = (held.environment_id, held.epoch) AND :complete AND NOT held.dry_run
), dropped AS (
    DELETE FROM sync_items i USING held WHERE i.job_id = held.job_id
)
UPDATE syncs s SET state = 'completed', ended_at = now(), pages = 0, listed = false, error = NULL,
    result = CAST(:result AS json)
FROM held WHERE s.job_id = held.job_id
RETURNING s.job_id
""")

# The checkpoint stays where another attempt may come.
FAILED = text(f"""
WITH {HELD_BY_CLAIM}, dropped AS (
    DELETE FROM sync_items i USING held WHERE i.job_id = held.job_id AND NOT :again
)
UPDATE syncs s SET state = 'failed', ended_at = now(), error = CAST(:error AS json),
    pages = CASE WHEN :again THEN s.pages ELSE 0 END, listed = s.listed AND :again
FROM held WHERE s.job_id = held.job_id
RETURNING s.job_id
""")

# A sync that was ended by a statement whose commit nobody heard of: the same claim did it, there is no other end of it.
ENDED_SO = text("SELECT 1 FROM syncs WHERE job_id = :job_id AND claim = :claim AND state = :state")


def _ended(which: str) -> TextClause:
    """The checkpoint stays: what was recalled or failed may come again."""
    return text(f"""
WITH over AS MATERIALIZED (
    SELECT s.job_id, r.state, r.error, r.ended_at FROM syncs s JOIN runs r USING (job_id)
    WHERE s.state = 'running' AND r.state IN ('cancelled', 'failed') AND r.claim >= s.claim AND {which}
    ORDER BY s.job_id LIMIT 500 FOR UPDATE OF s SKIP LOCKED
)
UPDATE syncs s SET state = over.state, error = over.error, ended_at = coalesce(over.ended_at, now())
FROM over WHERE s.job_id = over.job_id
RETURNING s.job_id
""")


END = _ended("s.job_id = :job_id")
END_ALL = _ended("true")

# Checkpoints that nobody will go on with: too old, or of a job that was forgotten.
DROP_CHECKPOINTS = text(f"""
WITH useless AS MATERIALIZED (
    SELECT s.job_id FROM syncs s LEFT JOIN runs r USING (job_id)
    WHERE s.pages > 0 AND (r.job_id IS NULL OR (s.state <> 'running' AND NOT {_TRUSTED}))
    ORDER BY s.job_id LIMIT :count FOR UPDATE OF s SKIP LOCKED
), dropped AS (
    DELETE FROM sync_items i USING useless WHERE i.job_id = useless.job_id
)
UPDATE syncs s SET pages = 0, listed = false FROM useless WHERE s.job_id = useless.job_id
RETURNING s.job_id
""")

AGES = text("""
SELECT id, CAST(extract(epoch FROM now() - coalesce(listed_at, created_at)) AS double precision) AS seconds
FROM environments ORDER BY id
""")
