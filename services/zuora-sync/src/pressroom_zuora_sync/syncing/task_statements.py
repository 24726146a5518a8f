"""The SQL of tasks and linkages: replaced by those of an export, that was just fetched or is stored."""

from sqlalchemy import text

from .fencing import RUNS, batch

_TASK = "name, action_type, call_type, object, object_id, host, details"
_LINKAGE = "linkage_type, source_task_id, source_workflow_id, target_task_id"


def _excluded(columns: str) -> str:
    return ", ".join(f"excluded.{column.strip()}" for column in columns.split(","))


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


REPLACED = f"""ids AS MATERIALIZED (
    SELECT id FROM changed
), new_tasks AS MATERIALIZED (
    SELECT c.id AS workflow_id, c.tenant_id, c.environment_id, t.*, d.details
    FROM changed c CROSS JOIN LATERAL json_to_recordset(c.tasks) AS t(zuora_task_id bigint, place integer, name text,
            action_type text, call_type text, object text, object_id text, host text)
        JOIN LATERAL jsonb_array_elements(c.redacted -> 'tasks') WITH ORDINALITY AS d(details, place)
            ON d.place = t.place
), gone_tasks AS (
    DELETE FROM tasks t USING ids c WHERE t.workflow_id = c.id AND NOT EXISTS (
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
    DELETE FROM linkages l USING ids c WHERE l.workflow_id = c.id AND NOT EXISTS (
        SELECT FROM new_linkages n WHERE n.workflow_id = l.workflow_id AND n.position = l.position)
    RETURNING l.workflow_id
), kept_linkages AS (
    INSERT INTO linkages AS l (workflow_id, position, {_LINKAGE})
    SELECT workflow_id, position, {_LINKAGE} FROM new_linkages
    ON CONFLICT (workflow_id, position) DO UPDATE SET ({_LINKAGE}) = ({_excluded(_LINKAGE)})
    WHERE ({_of("l", _LINKAGE)}) IS DISTINCT FROM ({_excluded(_LINKAGE)})
    RETURNING l.workflow_id
)"""
"""Tasks and linkages become those of `changed`: only rows that differ are touched. A task's details are its part of the
redacted copy, which is `jsonb` already. Rows that go are found by the ids alone: beside each of them its whole export
would be sorted, which takes gigabytes."""

EXPORTS = text("""
SELECT id, zuora_id, name, description, version, raw, key_id FROM (
    SELECT *, sum(bytes) OVER (ORDER BY id) AS all_bytes, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT w.id, w.zuora_id, w.name, w.description, w.version, v.raw, v.key_id, v.bytes
        FROM workflows w JOIN versions v ON v.workflow_id = w.id AND v.number = w.version
        WHERE w.environment_id = :environment_id AND w.tenant_id = :tenant_id AND w.id > :after
            AND (CAST(:workflow_id AS uuid) IS NULL OR w.id = CAST(:workflow_id AS uuid))
        ORDER BY w.id LIMIT :count
    ) AS page
) AS next WHERE place = 1 OR all_bytes <= :most_bytes ORDER BY id
""")

# An export that was replaced meanwhile is left alone: its rows are newer already.
EXTRACT = text(f"""
WITH running AS MATERIALIZED (SELECT 1 AS held WHERE {RUNS}), given AS MATERIALIZED (
    SELECT g.* FROM running CROSS JOIN {
    batch("g", "id uuid, version integer, name text, description text, redacted jsonb, tasks json, linkages json")
}
), changed AS MATERIALIZED (
    SELECT g.*, w.tenant_id, w.environment_id FROM given g JOIN workflows w USING (id, version)
    ORDER BY w.id FOR UPDATE OF w
), copied AS (
    UPDATE versions v SET redacted = c.redacted FROM changed c
    WHERE v.workflow_id = c.id AND v.number = c.version AND v.redacted IS DISTINCT FROM c.redacted
    RETURNING v.workflow_id
), renamed AS (
    UPDATE workflows w SET name = coalesce(c.name, w.name), description = coalesce(c.description, w.description)
    FROM changed c WHERE w.id = c.id AND coalesce(c.name, c.description) IS NOT NULL
    RETURNING w.id AS workflow_id
), {REPLACED}, differing AS (
    SELECT workflow_id FROM renamed
    UNION SELECT workflow_id FROM copied UNION SELECT workflow_id FROM gone_tasks
    UNION SELECT workflow_id FROM kept_tasks
    UNION SELECT workflow_id FROM gone_linkages UNION SELECT workflow_id FROM kept_linkages
)
SELECT running.held, (SELECT count(*) FROM differing) AS updated, (SELECT count(*) FROM new_tasks) AS tasks FROM running
""")
