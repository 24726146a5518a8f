"""What was synced of an environment goes step by step, each of which is a transaction of its own and takes no time.

Old versions go first, then workflows with their newest one: whoever is cut off leaves workflows that are whole, and a
repetition goes on. What a sync adds meanwhile is not waited for: it goes with the environment.
"""

from datetime import datetime
from uuid import UUID

from pressroom_common.database import Database

from . import statements

VERSIONS = 200
"""Of a step: each has an export."""
WORKFLOWS = 100
"""Of a step: each has its tasks and links."""


async def clear(database: Database, environment_id: UUID, until: datetime) -> None:
    """All workflows that were there at this time. Raises Unavailable."""
    for statement, step in ((statements.CLEAR_VERSIONS, VERSIONS), (statements.CLEAR_WORKFLOWS, WORKFLOWS)):
        while await database.execute(statement, environment_id=environment_id, until=until, step=step):
            pass
