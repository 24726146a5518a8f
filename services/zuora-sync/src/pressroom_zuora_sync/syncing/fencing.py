"""How a write is fenced: one statement that locks the sync's row and checks the claim. Who lost it writes nothing.

The environment's row is locked first: who deletes an environment waits for a write or the write finds nothing, and
neither meets the other half way. Batches are UTF-8 bytes of JSON, which saves a copy of large exports.
"""


def batch(alias: str, columns: str, parameter: str = "rows") -> str:
    """As `pressroom_common.database.recordset`, of bytes."""
    return f"json_to_recordset(CAST(convert_from(CAST(:{parameter} AS bytea), 'UTF8') AS json)) AS {alias}({columns})"


RUNS = """EXISTS (
    SELECT FROM runs r WHERE r.job_id = :job_id AND r.claim = :claim AND r.state IN ('running', 'orphaned'))"""


def _held(environment: str) -> str:
    return f"""env AS MATERIALIZED (
    SELECT id, epoch FROM environments WHERE id = :environment_id FOR KEY SHARE
), held AS MATERIALIZED (
    SELECT s.job_id, s.tenant_id, s.environment_id, s.epoch, s."full", s.dry_run, s.started_at
    FROM syncs s JOIN env ON {environment}
    WHERE s.job_id = :job_id AND s.claim = :claim AND s.state = 'running' AND {RUNS}
    FOR UPDATE OF s
)"""


HELD = _held("(env.id, env.epoch) = (s.environment_id, s.epoch)")
"""Also the environment still names the account that the sync reads."""
HELD_BY_CLAIM = _held("env.id = s.environment_id")
"""Whatever account it names: to say how the sync ended."""
