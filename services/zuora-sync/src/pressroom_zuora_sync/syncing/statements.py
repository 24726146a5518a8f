"""The SQL of syncs. Every write is one statement that locks the sync's row and checks the claim: who lost it writes
nothing.

The environment's row is locked first: who deletes an environment waits for a write or the write finds nothing, and
neither meets the other half way. Batches are UTF-8 bytes of JSON, which saves a copy of large exports.
"""

from sqlalchemy import TextClause, text


def batch(alias: str, columns: str, parameter: str = "rows") -> str:
    """As `pressroom_common.database.recordset`, of bytes."""
    return f"json_to_recordset(CAST(convert_from(CAST(:{parameter} AS bytea), 'UTF8') AS json)) AS {alias}({columns})"


_RUNS = """EXISTS (
    SELECT FROM runs r WHERE r.job_id = :job_id AND r.claim = :claim AND r.state IN ('running', 'orphaned'))"""
HELD = f"""env AS MATERIALIZED (
    SELECT id FROM environments WHERE id = :environment_id FOR KEY SHARE
), held AS MATERIALIZED (
    SELECT s.job_id, s.tenant_id, s.environment_id, s."full", s.dry_run, s.started_at
    FROM syncs s JOIN env ON env.id = s.environment_id
    WHERE s.job_id = :job_id AND s.claim = :claim AND s.state = 'running' AND {_RUNS}
    FOR UPDATE OF s
)"""
_LISTED = """name text, description text, status text, active_version_id bigint, callout_trigger boolean,
    ondemand_trigger boolean, scheduled_trigger boolean, interval text, timezone text, created_at timestamptz,
    updated_at timestamptz"""
_TOLD = f"""SELECT g.zuora_id, coalesce(f.name, '') AS name, coalesce(f.description, '') AS description,
        coalesce(f.status, '') AS status, f.active_version_id, coalesce(f.callout_trigger, false) AS callout_trigger,
        coalesce(f.ondemand_trigger, false) AS ondemand_trigger,
        coalesce(f.scheduled_trigger, false) AS scheduled_trigger, f.interval, f.timezone,
        f.created_at AS zuora_created_at, f.updated_at AS zuora_updated_at
    FROM given g CROSS JOIN LATERAL json_to_record(g.item) AS f({_LISTED})"""
"""What the list says of each, as columns of `workflows`."""
_COLUMNS = """name, description, status, active_version_id, callout_trigger, ondemand_trigger, scheduled_trigger,
        interval, timezone, zuora_created_at, zuora_updated_at"""


def _prefixed(prefix: str) -> str:
    return ", ".join(f"{prefix}.{column.strip()}" for column in _COLUMNS.split(","))


_SET = ", ".join(f"{column.strip()} = excluded.{column.strip()}" for column in _COLUMNS.split(","))
_PRESENT = "missed = 0, missing_since = NULL, deleted_at = NULL, updated_at = now()"

_FRESH = "s.pages > 0 AND s.started_at > now() - interval '6 hours'"
_OVER = "s.state = 'completed' AND s.attempt = excluded.attempt"

# A checkpoint of another sync of the environment is out of date from now on; so is one of this that is too old.
BEGIN = text(f"""
WITH env AS MATERIALIZED (
    SELECT id, tenant_id, exported_at FROM environments
    WHERE id = :environment_id AND tenant_id = :tenant_id FOR KEY SHARE
), begun AS (
    INSERT INTO syncs AS s (job_id, tenant_id, environment_id, "full", dry_run, attempt, claim)
    SELECT :job_id, tenant_id, id,
        :full OR exported_at IS NULL OR exported_at < now() - make_interval(secs => :full_seconds),
        :dry_run, :attempt, :claim
    FROM env WHERE {_RUNS}
    ON CONFLICT (job_id) DO UPDATE SET
        claim = excluded.claim, attempt = excluded.attempt, error = NULL,
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
HAS_ENVIRONMENT = text("SELECT 1 FROM environments WHERE id = :environment_id")

_STORED = """w.id, coalesce(w.version, 0) AS version, v.hash, w.deleted_at IS NOT NULL AS deleted"""
_OF_WORKFLOW = """LEFT JOIN workflows w ON w.environment_id = {held}.environment_id AND w.zuora_id = {item}.zuora_id
    LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = w.version"""

# What is answered: the sync's row, and with it those of the page that have to be exported. A page that is kept a second
# time, because nobody knew whether it was, answers the same.
KEEP_PAGE = text(f"""
WITH {HELD}, given AS MATERIALIZED (
    SELECT g.zuora_id, g.item, decode(g.signature, 'base64') AS signature
    FROM held CROSS JOIN {batch("g", "zuora_id bigint, item json, signature text")}
), known AS MATERIALIZED (
    SELECT g.zuora_id, g.item, g.signature, {_STORED},
        coalesce(w.version > 0 AND w.listed = g.signature AND w.export_error IS NULL, false) AND NOT held."full"
            AS skipped
    FROM given g CROSS JOIN held {_OF_WORKFLOW.format(held="held", item="g")}
    WHERE NOT EXISTS (
        SELECT FROM sync_items i WHERE i.job_id = held.job_id AND i.zuora_id = g.zuora_id AND i.page <> :page)
), kept AS (
    INSERT INTO sync_items (job_id, zuora_id, page, item, signature, outcome)
    SELECT held.job_id, k.zuora_id, :page, k.item, k.signature,
        CASE WHEN k.skipped THEN CASE WHEN k.deleted THEN 'restored' ELSE 'unchanged' END END
    FROM known k CROSS JOIN held ORDER BY k.zuora_id
    ON CONFLICT (job_id, zuora_id) DO NOTHING
), told AS (
    {_TOLD}
), touched AS (
    UPDATE workflows w SET ({_COLUMNS}) = ({_prefixed("t")}), {_PRESENT}
    FROM known k JOIN told t USING (zuora_id) CROSS JOIN held
    WHERE w.id = k.id AND k.skipped AND NOT held.dry_run
        AND ({_prefixed("w")}, w.missed, w.deleted_at)
            IS DISTINCT FROM ({_prefixed("t")}, 0, CAST(NULL AS timestamptz))
), counted AS (
    UPDATE syncs s SET pages = greatest(s.pages, :page), listed = s.listed OR :last FROM held
    WHERE s.job_id = held.job_id
)
SELECT k.zuora_id, CAST(k.item AS text) AS item, k.id, k.version, k.hash, k.deleted
FROM held LEFT JOIN known k ON NOT k.skipped
ORDER BY k.zuora_id
""")

WAITING = text(f"""
SELECT i.zuora_id, CAST(i.item AS text) AS item, {_STORED}
FROM sync_items i JOIN syncs s USING (job_id) {_OF_WORKFLOW.format(held="s", item="i")}
WHERE i.job_id = :job_id AND i.outcome IS NULL AND i.zuora_id > :after
ORDER BY i.zuora_id LIMIT :count
""")

_TASK = "name, action_type, call_type, object, object_id, host, details"
_LINKAGE = "linkage_type, source_task_id, source_workflow_id, target_task_id"


def _excluded(columns: str) -> str:
    return ", ".join(f"excluded.{column.strip()}" for column in columns.split(","))


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


REPLACED = f"""new_tasks AS MATERIALIZED (
    SELECT c.id AS workflow_id, c.tenant_id, c.environment_id, t.*
    FROM changed c CROSS JOIN LATERAL json_to_recordset(c.tasks) AS t(zuora_task_id bigint, name text,
        action_type text, call_type text, object text, object_id text, host text, details jsonb)
), gone_tasks AS (
    DELETE FROM tasks t USING changed c WHERE t.workflow_id = c.id AND NOT EXISTS (
        SELECT FROM new_tasks n WHERE n.workflow_id = t.workflow_id AND n.zuora_task_id = t.zuora_task_id)
    RETURNING t.workflow_id
), kept_tasks AS (
    INSERT INTO tasks AS t (workflow_id, zuora_task_id, tenant_id, environment_id, {_TASK})
    SELECT workflow_id, zuora_task_id, tenant_id, environment_id, {_TASK} FROM new_tasks
    ON CONFLICT (workflow_id, zuora_task_id) DO UPDATE SET ({_TASK}) = ({_excluded(_TASK)})
    WHERE ({_of("t", _TASK)}) IS DISTINCT FROM ({_excluded(_TASK)})
    RETURNING t.workflow_id
), new_linkages AS MATERIALIZED (
    SELECT c.id AS workflow_id, l.*
    FROM changed c CROSS JOIN LATERAL json_to_recordset(c.linkages) AS l(position integer, linkage_type text,
        source_task_id bigint, source_workflow_id bigint, target_task_id bigint)
), gone_linkages AS (
    DELETE FROM linkages l USING changed c WHERE l.workflow_id = c.id AND NOT EXISTS (
        SELECT FROM new_linkages n WHERE n.workflow_id = l.workflow_id AND n.position = l.position)
    RETURNING l.workflow_id
), kept_linkages AS (
    INSERT INTO linkages AS l (workflow_id, position, {_LINKAGE})
    SELECT workflow_id, position, {_LINKAGE} FROM new_linkages
    ON CONFLICT (workflow_id, position) DO UPDATE SET ({_LINKAGE}) = ({_excluded(_LINKAGE)})
    WHERE ({_of("l", _LINKAGE)}) IS DISTINCT FROM ({_excluded(_LINKAGE)})
    RETURNING l.workflow_id
)"""
"""Tasks and linkages become those of `changed`: only rows that differ are touched."""

# The exports of a batch, each with all that belongs to it. Nothing is stored of a dry run but its outcome.
WRITE = text(f"""
WITH {HELD}, given AS MATERIALIZED (
    SELECT g.*, held.tenant_id, held.environment_id
    FROM held CROSS JOIN {
    batch(
        "g",
        '''zuora_id bigint, id uuid, item json, signature text, outcome text, version integer, changed boolean,
        task_count integer, fault json, zuora_version_id bigint, zuora_version text, draft boolean, hash text,
        key_id text, size integer, redacted jsonb, tasks json, linkages json, place integer''',
    )
}
), stored AS MATERIALIZED (
    SELECT g.* FROM given g CROSS JOIN held WHERE NOT held.dry_run
), changed AS MATERIALIZED (
    SELECT * FROM stored WHERE changed
), told AS (
    {_TOLD}
), workflow AS (
    INSERT INTO workflows AS w (id, tenant_id, environment_id, zuora_id, {_COLUMNS}, listed, version, exported_at)
    SELECT g.id, g.tenant_id, g.environment_id, g.zuora_id, {_prefixed("t")},
        decode(g.signature, 'base64'), g.version, now()
    FROM stored g JOIN told t USING (zuora_id) ORDER BY g.zuora_id
    ON CONFLICT (environment_id, zuora_id) DO UPDATE SET {_SET}, listed = excluded.listed,
        version = excluded.version, exported_at = now(), export_error = NULL, {_PRESENT}
), newest AS (
    INSERT INTO versions (workflow_id, number, zuora_version_id, zuora_version, draft, hash, raw, key_id, bytes,
        redacted, job_id)
    SELECT id, version, zuora_version_id, zuora_version, coalesce(draft, false), decode(hash, 'base64'),
        (CAST(:raws AS bytea[]))[place], key_id, size, redacted, :job_id
    FROM changed
    ON CONFLICT (workflow_id, number) DO NOTHING
), named AS (
    UPDATE versions v SET zuora_version_id = g.zuora_version_id, zuora_version = g.zuora_version,
        draft = coalesce(g.draft, false)
    FROM stored g WHERE v.workflow_id = g.id AND v.number = g.version AND NOT coalesce(g.changed, false)
        AND (v.zuora_version_id, v.zuora_version, v.draft)
            IS DISTINCT FROM (g.zuora_version_id, g.zuora_version, coalesce(g.draft, false))
), {REPLACED}, marked AS (
    UPDATE sync_items i SET outcome = g.outcome, exported = true, tasks = coalesce(g.task_count, 0), error = g.fault
    FROM given g WHERE i.job_id = :job_id AND i.zuora_id = g.zuora_id
)
SELECT job_id FROM held
""")

FAIL = text(f"""
WITH {HELD}, given AS MATERIALIZED (
    SELECT g.*, held.tenant_id, held.environment_id
    FROM held CROSS JOIN {batch("g", "zuora_id bigint, id uuid, item json, error json")}
), told AS (
    {_TOLD}
), workflow AS (
    INSERT INTO workflows AS w (id, tenant_id, environment_id, zuora_id, {_COLUMNS}, export_error)
    SELECT g.id, g.tenant_id, g.environment_id, g.zuora_id, {_prefixed("t")}, g.error
    FROM given g JOIN told t USING (zuora_id) CROSS JOIN held WHERE NOT held.dry_run ORDER BY g.zuora_id
    ON CONFLICT (environment_id, zuora_id) DO UPDATE SET {_SET}, export_error = excluded.export_error, {_PRESENT}
), marked AS (
    UPDATE sync_items i SET outcome = 'export_failed', error = g.error
    FROM given g WHERE i.job_id = :job_id AND i.zuora_id = g.zuora_id
)
SELECT job_id FROM held
""")

WITHDRAW = text(f"""
WITH {HELD}, gone AS (
    DELETE FROM sync_items i USING held WHERE i.job_id = held.job_id AND i.zuora_id = :zuora_id
)
SELECT job_id FROM held
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
    FROM held WHERE e.id = held.environment_id AND :complete AND NOT held.dry_run
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
WITH {HELD}, dropped AS (
    DELETE FROM sync_items i USING held WHERE i.job_id = held.job_id AND NOT :again
)
UPDATE syncs s SET state = 'failed', ended_at = now(), error = CAST(:error AS json),
    pages = CASE WHEN :again THEN s.pages ELSE 0 END, listed = s.listed AND :again
FROM held WHERE s.job_id = held.job_id
RETURNING s.job_id
""")


def _ended(which: str) -> TextClause:
    return text(f"""
WITH over AS MATERIALIZED (
    SELECT s.job_id, r.state, r.error, r.ended_at FROM syncs s JOIN runs r USING (job_id)
    WHERE s.state = 'running' AND r.state IN ('cancelled', 'failed') AND r.claim >= s.claim AND {which}
    ORDER BY s.job_id LIMIT 500 FOR UPDATE OF s SKIP LOCKED
), dropped AS (
    DELETE FROM sync_items i USING over WHERE i.job_id = over.job_id
)
UPDATE syncs s SET state = over.state, error = over.error, ended_at = coalesce(over.ended_at, now()),
    pages = 0, listed = false
FROM over WHERE s.job_id = over.job_id
RETURNING s.job_id
""")


END = _ended("s.job_id = :job_id")
END_ALL = _ended("true")

AGES = text("""
SELECT id, CAST(extract(epoch FROM now() - coalesce(listed_at, created_at)) AS double precision) AS seconds
FROM environments ORDER BY id
""")

_RUNNING = f"SELECT 1 AS held WHERE {_RUNS}"
STILL_HELD = text(_RUNNING)

EXPORTS = text("""
SELECT id, zuora_id, name, version, raw, key_id FROM (
    SELECT *, sum(bytes) OVER (ORDER BY id) AS all_bytes, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT w.id, w.zuora_id, w.name, w.version, v.raw, v.key_id, v.bytes
        FROM workflows w JOIN versions v ON v.workflow_id = w.id AND v.number = w.version
        WHERE w.environment_id = :environment_id AND w.tenant_id = :tenant_id AND w.id > :after
            AND (CAST(:workflow_id AS uuid) IS NULL OR w.id = CAST(:workflow_id AS uuid))
        ORDER BY w.id LIMIT :count
    ) AS page
) AS next WHERE place = 1 OR all_bytes <= :most_bytes ORDER BY id
""")

# An export that was replaced meanwhile is left alone: its rows are newer already.
EXTRACT = text(f"""
WITH running AS MATERIALIZED ({_RUNNING}), given AS MATERIALIZED (
    SELECT g.* FROM running CROSS JOIN {
    batch("g", "id uuid, version integer, redacted jsonb, tasks json, linkages json")
}
), changed AS MATERIALIZED (
    SELECT g.*, w.tenant_id, w.environment_id FROM given g JOIN workflows w USING (id, version)
    ORDER BY w.id FOR UPDATE OF w
), copied AS (
    UPDATE versions v SET redacted = c.redacted FROM changed c
    WHERE v.workflow_id = c.id AND v.number = c.version AND v.redacted IS DISTINCT FROM c.redacted
    RETURNING v.workflow_id
), {REPLACED}, differing AS (
    SELECT workflow_id FROM copied UNION SELECT workflow_id FROM gone_tasks UNION SELECT workflow_id FROM kept_tasks
    UNION SELECT workflow_id FROM gone_linkages UNION SELECT workflow_id FROM kept_linkages
)
SELECT running.held, (SELECT count(*) FROM differing) AS updated, (SELECT count(*) FROM new_tasks) AS tasks FROM running
""")
