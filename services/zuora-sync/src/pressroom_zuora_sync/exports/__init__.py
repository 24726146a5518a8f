"""What Zuora's exports mean: parsed, compared, redacted. Pure functions; nothing here reads or writes.

Exports of 30 MB exist: who calls these functions from an event loop calls them in a thread.
"""

from .canonical import canonical_hash
from .parsing import parsed
from .records import Export, LinkageRow, Malformed, TaskRow
from .redaction import redacted
from .rows import linkages_of, tasks_of

__all__ = [
    "Export",
    "LinkageRow",
    "Malformed",
    "TaskRow",
    "canonical_hash",
    "linkages_of",
    "parsed",
    "redacted",
    "tasks_of",
]
