"""The schema of zuora-sync: its name as SQL writes it, without the hyphen."""

from pathlib import Path

from pressroom_common.migrations import Schema

SCHEMA = Schema("zuora_sync", Path(__file__).parent / "versions")
