"""Runs tell their steps."""

from pressroom_common.worker import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables.tell_steps()
