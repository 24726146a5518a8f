"""Of forgotten runs it is noted that files may be left."""

from pressroom_common.worker import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    tables.note_belongings()
