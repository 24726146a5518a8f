"""The SQL of customers and environments. A tenant of NULL stands for all of them."""

from sqlalchemy import text


def _of_tenant(alias: str) -> str:
    return f"(CAST(:tenant_id AS uuid) IS NULL OR {alias}.tenant_id = CAST(:tenant_id AS uuid))"


_ENVIRONMENT_VALUES = "id, tenant_id, customer_id, name, base_url, client_id, secret, key_id, entity_id"

ADD_CUSTOMER = text(f"""
WITH added AS (INSERT INTO customers (id, tenant_id, name) VALUES (:customer_id, :tenant_id, :name))
INSERT INTO environments ({_ENVIRONMENT_VALUES})
SELECT e.id, :tenant_id, :customer_id, e.name, e.base_url, e.client_id, e.secret, e.key_id, e.entity_id
FROM unnest(
    CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:base_urls AS text[]), CAST(:client_ids AS text[]),
    CAST(:secrets AS bytea[]), CAST(:key_ids AS text[]), CAST(:entity_ids AS text[])
) AS e(id, name, base_url, client_id, secret, key_id, entity_id)
""")

CUSTOMERS_PAGE = text(f"""
SELECT id, name, lower(name) AS sorted_by, created_at, updated_at FROM customers c
WHERE {_of_tenant("c")} AND (CAST(:name AS text) IS NULL OR lower(name) = lower(:name))
    AND (CAST(:after_name AS text) IS NULL OR (lower(name), id) > (CAST(:after_name AS text), CAST(:after_id AS uuid)))
ORDER BY lower(name), id LIMIT :count
""")

CUSTOMER = text(f"SELECT id, name, created_at, updated_at FROM customers c WHERE id = :id AND {_of_tenant('c')}")

RENAME_CUSTOMER = text(f"""
UPDATE customers c SET name = :name, updated_at = now() WHERE id = :id AND {_of_tenant("c")}
""")

DELETE_CUSTOMER = text(f"DELETE FROM customers c WHERE id = :id AND {_of_tenant('c')}")


_SNOOZED = "s.state = 'running' AND r.state = 'snoozed'"
_SYNC = f"""s.job_id, s."full", s.dry_run, CASE WHEN {_SNOOZED} THEN r.state ELSE s.state END AS state, s.started_at,
    s.ended_at, s.result, CASE WHEN {_SNOOZED} THEN r.error ELSE s.error END AS error,
    CASE WHEN {_SNOOZED} THEN r.not_before END AS resumes_at"""
"""Of a sync and its run: between two claims of one attempt the run knows what it waits for."""


def _environments(which: str) -> str:
    """With the number of workflows and the last sync of each."""
    return f"""
SELECT e.id, e.customer_id, c.name AS customer, e.name, e.base_url, e.client_id, e.entity_id, e.listed_at,
    e.created_at, e.updated_at,
    (SELECT count(*) FROM workflows w WHERE w.environment_id = e.id AND w.deleted_at IS NULL) AS workflows,
    {_SYNC}
FROM environments e JOIN customers c ON c.id = e.customer_id
LEFT JOIN LATERAL (
    SELECT * FROM syncs WHERE syncs.environment_id = e.id ORDER BY syncs.job_id DESC LIMIT 1
) AS s ON true LEFT JOIN runs r ON r.job_id = s.job_id
WHERE {which} AND {_of_tenant("e")} ORDER BY lower(c.name), c.id, lower(e.name), e.id
"""


ENVIRONMENT = text(_environments("e.id = :id"))
ENVIRONMENTS_OF_CUSTOMERS = text(_environments("e.customer_id = ANY(:customer_ids)"))
ENVIRONMENTS = text(
    _environments("""
    (CAST(:customer_id AS uuid) IS NULL OR e.customer_id = CAST(:customer_id AS uuid))
    AND (CAST(:customer AS text) IS NULL OR lower(c.name) = lower(CAST(:customer AS text)))
""")
)

ADD_ENVIRONMENT = text(f"""
INSERT INTO environments ({_ENVIRONMENT_VALUES})
SELECT :id, c.tenant_id, c.id, :name, :base_url, :client_id, :secret, :key_id, :entity_id
FROM customers c WHERE c.id = :customer_id AND {_of_tenant("c")}
""")

STORED_ENVIRONMENT = text(f"""
SELECT e.id, e.tenant_id, c.name AS customer, e.name, e.base_url, e.client_id, e.secret, e.key_id, e.entity_id,
    e.epoch, e.updated_at
FROM environments e JOIN customers c ON c.id = e.customer_id WHERE e.id = :id AND {_of_tenant("e")}
""")

# What was seen has to be what is there: an edit would else undo another one, or the rotation of a key.
_SAME_ACCOUNT = "(base_url, client_id) = (:base_url, :client_id) AND entity_id IS NOT DISTINCT FROM :entity_id"
CHANGE_ENVIRONMENT = text(f"""
UPDATE environments SET name = :name, base_url = :base_url, client_id = :client_id, secret = :secret, key_id = :key_id,
    entity_id = :entity_id, updated_at = clock_timestamp(),
    exported_at = CASE WHEN {_SAME_ACCOUNT} THEN exported_at END,
    epoch = epoch + CASE WHEN {_SAME_ACCOUNT} THEN 0 ELSE 1 END
WHERE id = :id AND updated_at = :seen_updated_at AND secret = :seen_secret
""")

TO_CLEAR = text(f"""
SELECT id, now() AS until FROM environments e
WHERE (id = CAST(:id AS uuid) OR customer_id = CAST(:customer_id AS uuid)) AND {_of_tenant("e")} ORDER BY created_at, id
""")

# As every write of a sync, they lock the environment first: neither meets the other half way.
_CLEARED = "WITH env AS MATERIALIZED (SELECT id FROM environments WHERE id = :environment_id FOR UPDATE)"
CLEAR_VERSIONS = text(f"""
{_CLEARED}, old AS MATERIALIZED (
    SELECT v.workflow_id, v.number FROM env JOIN workflows w ON w.environment_id = env.id
        JOIN versions v ON v.workflow_id = w.id AND v.number < w.version
    WHERE w.created_at <= :until LIMIT :step FOR UPDATE OF v SKIP LOCKED
)
DELETE FROM versions v USING old WHERE v.workflow_id = old.workflow_id AND v.number = old.number
""")
CLEAR_WORKFLOWS = text(f"""
{_CLEARED}, next AS MATERIALIZED (
    SELECT w.id FROM env JOIN workflows w ON w.environment_id = env.id
    WHERE w.created_at <= :until ORDER BY w.id LIMIT :step FOR UPDATE OF w
)
DELETE FROM workflows w USING next WHERE w.id = next.id
""")

DELETE_ENVIRONMENT = text(f"DELETE FROM environments e WHERE id = :id AND {_of_tenant('e')}")

SYNCS = text(f"""
SELECT s.environment_id, {_SYNC} FROM syncs s LEFT JOIN runs r USING (job_id)
WHERE {_of_tenant("s")} AND (CAST(:environment_id AS uuid) IS NULL OR s.environment_id = CAST(:environment_id AS uuid))
    AND (CAST(:before AS uuid) IS NULL OR s.job_id < CAST(:before AS uuid))
ORDER BY s.job_id DESC LIMIT :count
""")
