"""The monitor's schema."""

from pathlib import Path

from pressroom_common.migrations import Schema

SCHEMA = Schema("monitor", Path(__file__).parent / "versions")
