"""Prompts with their versions and labels, and pages. A prompt without a tenant is system-wide."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE prompts (
        id uuid PRIMARY KEY,
        tenant_id uuid REFERENCES tenants,
        name text NOT NULL,
        type text NOT NULL,
        active boolean NOT NULL,
        latest_version integer NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX prompts_by_tenant ON prompts (tenant_id, id)",
    """
    CREATE TABLE prompt_versions (
        prompt_id uuid NOT NULL REFERENCES prompts ON DELETE CASCADE,
        number integer NOT NULL CHECK (number > 0),
        tenant_id uuid REFERENCES tenants,
        template text NOT NULL,
        model text,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (prompt_id, number)
    )
    """,
    """
    CREATE FUNCTION keep_prompt_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a version of a prompt never changes: add another one';
    END
    $$
    """,
    """
    CREATE TRIGGER prompt_versions_are_immutable BEFORE UPDATE ON prompt_versions
    FOR EACH ROW EXECUTE FUNCTION keep_prompt_version()
    """,
    """
    CREATE TABLE prompt_labels (
        prompt_id uuid NOT NULL,
        label text NOT NULL,
        tenant_id uuid REFERENCES tenants,
        version integer NOT NULL,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (prompt_id, label),
        FOREIGN KEY (prompt_id, version) REFERENCES prompt_versions (prompt_id, number) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE pages (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants,
        url text NOT NULL,
        keyword text NOT NULL,
        language text NOT NULL,
        title text,
        metadata jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX pages_by_tenant ON pages (tenant_id, id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
