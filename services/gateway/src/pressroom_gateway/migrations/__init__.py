"""The gateway's schema."""

from pathlib import Path

from pressroom_common.migrations import Schema

SCHEMA = Schema("gateway", Path(__file__).parent / "versions")
