"""Customers, their environments, and what Zuora has there."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = (
    """
    CREATE TABLE customers (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # `secret`: the OAuth client secret, encrypted; the row's id and base URL are its associated data.
    # `epoch`: grows when the row begins to name another account, so that nothing of two accounts is mixed.
    # `listed_at`: the last complete list; `exported_at`: the last sync that exported everything.
    """
    CREATE TABLE environments (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
        name text NOT NULL,
        base_url text NOT NULL,
        client_id text NOT NULL,
        secret bytea NOT NULL,
        key_id text NOT NULL,
        entity_id text,
        epoch integer NOT NULL DEFAULT 1,
        listed_at timestamptz,
        exported_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # `listed`: what the list says of it that makes an export needed when it changes, as a hash; of the stored export.
    # `version`: the newest row of `versions`; 0: none could be exported yet.
    # `search` takes no text of more than 1 MB.
    # `missed`: complete lists in a row that it was not in; `deleted_at`: its tombstone.
    """
    CREATE TABLE workflows (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        environment_id uuid NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
        zuora_id bigint NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        status text NOT NULL DEFAULT '',
        active_version_id bigint,
        callout_trigger boolean NOT NULL DEFAULT false,
        ondemand_trigger boolean NOT NULL DEFAULT false,
        scheduled_trigger boolean NOT NULL DEFAULT false,
        interval text,
        timezone text,
        zuora_created_at timestamptz,
        zuora_updated_at timestamptz,
        listed bytea,
        version integer NOT NULL DEFAULT 0,
        exported_at timestamptz,
        export_error json,
        missed integer NOT NULL DEFAULT 0,
        missing_since timestamptz,
        deleted_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        search tsvector GENERATED ALWAYS AS (
            to_tsvector('simple', left(name, 10000) || ' ' || left(description, 100000) || ' ' || zuora_id::text)
        ) STORED
    )
    """,
    # `raw`: the export as Zuora sent it, compressed, then encrypted: it has secrets, and is the backup. `redacted`: the
    # same without secrets, for search, pages and comparison. `hash`: SHA-256 of the raw one's canonical JSON.
    # `draft`: exported as `latest`, because no version was active.
    """
    CREATE TABLE versions (
        workflow_id uuid NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
        number integer NOT NULL,
        zuora_version_id bigint,
        zuora_version text,
        draft boolean NOT NULL DEFAULT false,
        hash bytea NOT NULL,
        raw bytea NOT NULL,
        key_id text NOT NULL,
        bytes integer NOT NULL,
        redacted jsonb NOT NULL,
        job_id uuid,
        exported_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workflow_id, number)
    )
    """,
    # Of the newest version. `host`: of the endpoint that it calls, in small letters.
    """
    CREATE TABLE tasks (
        workflow_id uuid NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
        zuora_task_id bigint NOT NULL,
        tenant_id uuid NOT NULL,
        environment_id uuid NOT NULL,
        name text NOT NULL,
        action_type text NOT NULL,
        call_type text,
        object text,
        object_id text,
        host text,
        details jsonb NOT NULL,
        search tsvector GENERATED ALWAYS AS (
            to_tsvector(
                'simple', name || ' ' || action_type || ' ' || coalesce(object, '') || ' ' || coalesce(host, '')
            )
        ) STORED,
        PRIMARY KEY (workflow_id, zuora_task_id)
    )
    """,
    # Of the newest version, in the export's order. A start has no source task.
    """
    CREATE TABLE linkages (
        workflow_id uuid NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
        position integer NOT NULL,
        linkage_type text NOT NULL,
        source_task_id bigint,
        source_workflow_id bigint,
        target_task_id bigint,
        PRIMARY KEY (workflow_id, position)
    )
    """,
    # One row per job. `attempt`, `claim`: of the run that writes under it, so that a stale worker cannot. `epoch`: of
    # the environment that it reads. `pages`, `listed`: how far the list was read, and whether to its end; forgotten
    # with the checkpoint. `result`: SyncResult, once it is over.
    """
    CREATE TABLE syncs (
        job_id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        environment_id uuid NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
        "full" boolean NOT NULL,
        dry_run boolean NOT NULL,
        attempt integer NOT NULL,
        claim integer NOT NULL,
        epoch integer NOT NULL,
        pages integer NOT NULL DEFAULT 0,
        listed boolean NOT NULL DEFAULT false,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'completed', 'failed', 'cancelled')),
        error json,
        result json,
        started_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz
    )
    """,
    # The checkpoint of a sync: what was listed, and what became of each; its `signature` as in `workflows.listed`.
    # Page 0: not in the list, and found by its id. `exported`: Zuora answered with an export. Deleted when the sync is
    # over.
    """
    CREATE TABLE sync_items (
        job_id uuid NOT NULL REFERENCES syncs (job_id) ON DELETE CASCADE,
        zuora_id bigint NOT NULL,
        page integer NOT NULL,
        item json NOT NULL,
        signature bytea NOT NULL,
        outcome text CHECK (outcome IN ('created', 'updated', 'unchanged', 'restored', 'export_failed')),
        exported boolean NOT NULL DEFAULT false,
        tasks integer NOT NULL DEFAULT 0,
        error json,
        PRIMARY KEY (job_id, zuora_id)
    )
    """,
)

_INDEXES = (
    "CREATE UNIQUE INDEX customers_name ON customers (tenant_id, lower(name))",
    "CREATE UNIQUE INDEX environments_name ON environments (customer_id, lower(name))",
    "CREATE INDEX environments_of_tenant ON environments (tenant_id, id)",
    "CREATE UNIQUE INDEX workflows_zuora_id ON workflows (environment_id, zuora_id)",
    "CREATE INDEX workflows_of_tenant ON workflows (tenant_id, id)",
    "CREATE INDEX workflows_search ON workflows USING gin (search)",
    "CREATE INDEX tasks_of_tenant ON tasks (tenant_id, action_type)",
    "CREATE INDEX tasks_in_order ON tasks (tenant_id, workflow_id, zuora_task_id)",
    "CREATE INDEX tasks_host ON tasks (tenant_id, host) WHERE host IS NOT NULL",
    "CREATE INDEX tasks_of_environment ON tasks (environment_id)",
    "CREATE INDEX tasks_search ON tasks USING gin (search)",
    "CREATE INDEX syncs_of_environment ON syncs (environment_id, job_id DESC)",
    "CREATE INDEX syncs_of_tenant ON syncs (tenant_id, job_id DESC)",
    "CREATE INDEX syncs_by_age ON syncs (coalesce(ended_at, started_at))",
    "CREATE INDEX sync_items_waiting ON sync_items (job_id) WHERE outcome IS NULL",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_INDEXES):
        op.execute(statement)
