"""The SQL of a rotation: along the primary key, so that a step costs the same at the beginning and at the end."""

from sqlalchemy import text

SECRETS = text("""
SELECT id, base_url, secret, key_id FROM environments
WHERE (CAST(:after AS uuid) IS NULL OR id > CAST(:after AS uuid)) AND key_id <> :current
ORDER BY id LIMIT :count
""")

REPLACE_SECRETS = text("""
UPDATE environments AS e SET secret = n.secret, key_id = n.key_id
FROM unnest(CAST(:ids AS uuid[]), CAST(:seen AS bytea[]), CAST(:secrets AS bytea[]), CAST(:key_ids AS text[]))
    AS n(id, seen, secret, key_id)
WHERE e.id = n.id AND e.secret = n.seen
""")

# The first row of a page comes whatever its size, the others while all of them together are at most so many bytes.
VERSIONS = text("""
SELECT workflow_id, number, raw, key_id FROM (
    SELECT *, sum(octet_length(raw)) OVER (ORDER BY workflow_id, number) AS so_far,
        row_number() OVER (ORDER BY workflow_id, number) AS place
    FROM (
        SELECT workflow_id, number, raw, key_id FROM versions
        WHERE (
            CAST(:after_workflow AS uuid) IS NULL
            OR (workflow_id, number) > (CAST(:after_workflow AS uuid), CAST(:after_number AS integer))
        ) AND key_id <> :current
        ORDER BY workflow_id, number LIMIT :count
    ) AS next
) AS measured
WHERE place = 1 OR so_far <= :bytes
ORDER BY workflow_id, number
""")

REPLACE_VERSIONS = text("""
UPDATE versions AS v SET raw = n.raw, key_id = n.key_id
FROM unnest(
    CAST(:workflow_ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:seen AS text[]), CAST(:raws AS bytea[]),
    CAST(:key_ids AS text[])
) AS n(workflow_id, number, seen, raw, key_id)
WHERE v.workflow_id = n.workflow_id AND v.number = n.number AND v.key_id = n.seen
""")
