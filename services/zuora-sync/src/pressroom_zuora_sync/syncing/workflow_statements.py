"""The SQL of what a sync finds: pages of the list, exports with all that belongs to them, and exports that failed."""

from sqlalchemy import text

from .fencing import HELD, batch
from .task_statements import REPLACED

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

_STORED = """w.id, coalesce(w.version, 0) AS version, v.hash, v.key_id, w.deleted_at IS NOT NULL AS deleted"""
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
SELECT k.zuora_id, CAST(k.item AS text) AS item, k.id, k.version, k.hash, k.key_id, k.deleted
FROM held LEFT JOIN known k ON NOT k.skipped
ORDER BY k.zuora_id
""")

WAITING = text(f"""
SELECT i.zuora_id, CAST(i.item AS text) AS item, {_STORED}
FROM sync_items i JOIN syncs s USING (job_id) {_OF_WORKFLOW.format(held="s", item="i")}
WHERE i.job_id = :job_id AND i.outcome IS NULL AND i.zuora_id > :after
ORDER BY i.zuora_id LIMIT :count
""")

# The exports of a batch, each with all that belongs to it. Nothing is stored of a dry run but its outcome. Redacted
# copies travel beside the rows: inside them, they would be read again and again on their way to `jsonb`. The array of
# ids finds the items by their index, where the planner knows nothing of a sync that has just begun and reads them all.
WRITE = text(f"""
WITH {HELD}, given AS MATERIALIZED (
    SELECT g.*, held.tenant_id, held.environment_id
    FROM held CROSS JOIN {
    batch(
        "g",
        '''zuora_id bigint, id uuid, item json, signature text, outcome text, version integer, changed boolean,
        task_count integer, fault json, zuora_version_id bigint, zuora_version text, draft boolean, hash text,
        key_id text, size integer, tasks json, linkages json, place integer''',
    )
}
), stored AS MATERIALIZED (
    SELECT g.* FROM given g CROSS JOIN held WHERE NOT held.dry_run
), changed AS MATERIALIZED (
    SELECT s.*, CAST(convert_from((CAST(:redacted AS bytea[]))[s.place], 'UTF8') AS jsonb) AS redacted
    FROM stored s WHERE s.changed
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
        AND i.zuora_id = ANY(ARRAY(SELECT zuora_id FROM given))
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
