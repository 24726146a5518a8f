"""The run tables of the worker kit."""

from pressroom_common.worker import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create()
    tables.tell_steps()
    tables.note_belongings()
