"""The SQL of flags."""

from sqlalchemy import text

_FLAG = """feature, audience, percent, percent_of, tenants AS tenant_ids,
    ARRAY(SELECT slug FROM tenants WHERE id = ANY(flags.tenants) ORDER BY slug) AS tenants,
    new_since, changed_by, changed_at"""

ALL = text(f"SELECT {_FLAG} FROM flags WHERE feature = ANY(:features)")

SET = text(f"""
INSERT INTO flags (feature, audience, percent, percent_of, tenants, new_since, changed_by)
VALUES (:feature, :audience, :percent, :percent_of, :tenants, :new_since, :changed_by)
ON CONFLICT (feature) DO UPDATE SET
    audience = excluded.audience, percent = excluded.percent, percent_of = excluded.percent_of,
    tenants = excluded.tenants, new_since = excluded.new_since, changed_by = excluded.changed_by, changed_at = now()
RETURNING {_FLAG}
""")

TENANTS = text("SELECT id, slug FROM tenants WHERE slug = ANY(:slugs) OR id = ANY(:ids)")
