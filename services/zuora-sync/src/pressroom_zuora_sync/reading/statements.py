"""The SQL of reading. A tenant of NULL stands for all of them; every statement asks whose the rows are."""

from sqlalchemy import text


def _of_tenant(alias: str) -> str:
    return f"(CAST(:tenant_id AS uuid) IS NULL OR {alias}.tenant_id = CAST(:tenant_id AS uuid))"


def _if_given(parameter: str, condition: str, type_: str = "uuid") -> str:
    return f"(CAST(:{parameter} AS {type_}) IS NULL OR {condition} CAST(:{parameter} AS {type_}))"


_TEXT = "(CAST(:text AS text) IS NULL OR {alias}.search @@ websearch_to_tsquery('simple', CAST(:text AS text)))"

_WORKFLOW = """
SELECT w.id, w.zuora_id, w.environment_id, e.name AS environment, c.name AS customer, w.name, w.description, w.status,
    w.version, v.zuora_version, coalesce(v.draft, false) AS draft, w.callout_trigger, w.ondemand_trigger,
    w.scheduled_trigger, w.interval, w.timezone, w.zuora_created_at, w.zuora_updated_at, w.exported_at,
    w.export_error, w.missing_since, w.deleted_at,
    (SELECT count(*) FROM tasks t WHERE t.workflow_id = w.id) AS tasks
FROM workflows w
JOIN environments e ON e.id = w.environment_id
JOIN customers c ON c.id = e.customer_id
LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = w.version
"""

WORKFLOWS = text(f"""
{_WORKFLOW}
WHERE {_of_tenant("w")} AND {_if_given("environment_id", "w.environment_id =")}
    AND {_if_given("customer_id", "e.customer_id =")}
    AND (CAST(:status AS text) IS NULL OR lower(w.status) = lower(CAST(:status AS text)))
    AND {_TEXT.format(alias="w")}
    AND (CAST(:deleted AS text) = 'include' OR (w.deleted_at IS NOT NULL) = (CAST(:deleted AS text) = 'only'))
    AND {_if_given("before", "w.id <")}
ORDER BY w.id DESC LIMIT :count
""")

WORKFLOW = text(f"{_WORKFLOW} WHERE w.id = :id AND {_of_tenant('w')}")

# A workflow without versions is one row of nulls.
VERSIONS = text(f"""
SELECT v.number, v.zuora_version_id, v.zuora_version, v.draft, v.bytes, encode(v.hash, 'hex') AS hash, v.exported_at,
    v.job_id
FROM workflows w LEFT JOIN versions v ON v.workflow_id = w.id
WHERE w.id = :id AND {_of_tenant("w")} ORDER BY v.number DESC LIMIT :count
""")

# `found`: of the page, before large ones cut it; `size`: of the details up to this row, in bytes.
TASKS = text(f"""
WITH page AS (
    SELECT t.workflow_id, w.name AS workflow, t.environment_id, t.zuora_task_id, t.name, t.action_type, t.call_type,
        t.object, t.object_id, t.host, CAST(t.details AS text) AS details
    FROM tasks t JOIN workflows w ON w.id = t.workflow_id
    WHERE {_of_tenant("t")} AND w.deleted_at IS NULL
        AND {_if_given("environment_id", "t.environment_id =")} AND {_if_given("workflow_id", "t.workflow_id =")}
        AND (CAST(:action_type AS text) IS NULL OR lower(t.action_type) = lower(CAST(:action_type AS text)))
        AND (CAST(:object AS text) IS NULL OR lower(t.object) = lower(CAST(:object AS text)))
        AND (CAST(:host AS text) IS NULL OR t.host = lower(CAST(:host AS text)))
        AND {_TEXT.format(alias="t")}
        AND (CAST(:after_workflow AS uuid) IS NULL OR (t.workflow_id, t.zuora_task_id)
            > (CAST(:after_workflow AS uuid), CAST(:after_task AS bigint)))
    ORDER BY t.workflow_id, t.zuora_task_id LIMIT CAST(:limit AS integer) + 1
), measured AS (
    SELECT page.*, count(*) OVER () AS found, row_number() OVER (ORDER BY workflow_id, zuora_task_id) AS place,
        sum(octet_length(details)) OVER (ORDER BY workflow_id, zuora_task_id) AS size
    FROM page
)
SELECT * FROM measured
WHERE place <= CAST(:limit AS integer) AND (place = 1 OR size <= CAST(:most_bytes AS bigint))
ORDER BY workflow_id, zuora_task_id
""")

_STORED = (
    "SELECT w.id, w.zuora_id, w.name, coalesce(v.number, 0) AS number, coalesce(v.bytes, 0) AS bytes FROM workflows w"
)

VERSION = text(f"""
{_STORED} LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = coalesce(CAST(:number AS integer), w.version)
WHERE w.id = :id AND {_of_tenant("w")} AND (v.number IS NOT NULL OR CAST(:number AS integer) IS NULL)
""")

NEWEST = text(f"""
{_STORED} LEFT JOIN versions v ON v.workflow_id = w.id AND v.number = w.version
WHERE {_of_tenant("w")} AND w.deleted_at IS NULL AND {_if_given("environment_id", "w.environment_id =")}
    AND {_if_given("workflow_id", "w.id =")} AND {_if_given("start", "w.id >=")}
ORDER BY w.id LIMIT CAST(:count AS integer)
""")

ENVIRONMENTS = text(f"SELECT e.id FROM environments e WHERE e.id = ANY(CAST(:ids AS uuid[])) AND {_of_tenant('e')}")

# Tasks and findings are those of workflows that are not deleted: of others a list says nothing. What is asked for
# together belongs together.
MISSING = text(f"""
SELECT what FROM (VALUES
    ('customer', CAST(:customer_id AS uuid), EXISTS (
        SELECT FROM customers c WHERE c.id = CAST(:customer_id AS uuid) AND {_of_tenant("c")})),
    ('environment', CAST(:environment_id AS uuid), EXISTS (
        SELECT FROM environments e WHERE e.id = CAST(:environment_id AS uuid) AND {_of_tenant("e")}
            AND {_if_given("customer_id", "e.customer_id =")})),
    ('workflow', CAST(:workflow_id AS uuid), EXISTS (
        SELECT FROM workflows w
        WHERE w.id = CAST(:workflow_id AS uuid) AND w.deleted_at IS NULL AND {_of_tenant("w")}
            AND {_if_given("environment_id", "w.environment_id =")}))
) AS asked(what, id, found) WHERE id IS NOT NULL AND NOT found
""")

_ASKED = f"""
FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[])) WITH ORDINALITY AS asked(id, number, place)
JOIN workflows w ON w.id = asked.id AND {_of_tenant("w")}
JOIN versions v ON v.workflow_id = asked.id AND v.number = asked.number
"""

SEALED = text(f"SELECT v.workflow_id, v.number, v.raw, v.key_id {_ASKED} ORDER BY asked.place")

REDACTED = text(f"SELECT v.workflow_id, v.number, convert_to(CAST(v.redacted AS text), 'UTF8') AS redacted {_ASKED}")

# Names, types and places alone: the details of a large export stay where they are.
OUTLINE = text(f"""
SELECT convert_to(CAST(jsonb_build_object(
    'workflow', jsonb_build_object(),
    'linkages', coalesce(v.redacted -> 'linkages', '[]'),
    'tasks', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'id', task -> 'id', 'name', task -> 'name', 'action_type', task -> 'action_type', 'css', task -> 'css'
        ) ORDER BY place)
        FROM jsonb_array_elements(v.redacted -> 'tasks') WITH ORDINALITY AS each(task, place)
    ), '[]')
) AS text), 'UTF8') AS outline {_ASKED}
""")
