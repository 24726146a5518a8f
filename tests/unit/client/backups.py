"""Exports as a backup gets them, and what it leaves in a folder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pressroom_client.backup import NOTES, Backup
from pressroom_client.backup_names import folders
from pressroom_client.zuora_models import Environment, Export

TENANT, ENVIRONMENT = uuid4(), uuid4()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def environment(customer: str, name: str, customer_id: UUID | None = None) -> Environment:
    fields: dict[str, Any] = {"base_url": "https://rest.zuora.com", "client_id": "c"}
    ids = {"id": uuid4(), "customer_id": customer_id or uuid4()}
    return Environment(customer=customer, name=name, created_at=NOW, updated_at=NOW, **ids, **fields)


PLACE = folders([environment("Acme", "production")]).popitem()[1]


def export(zuora_id: int, name: str = "Dunning", **content: Any) -> Export:
    whole = {"workflow": {"name": name}, "tasks": [], "linkages": []} | content
    fields: dict[str, Any] = {"workflow_id": uuid4(), "version": 1, "redacted": True, "export": whole}
    return Export(zuora_id=zuora_id, name=name, **fields)


def backed_up(folder: Path, *exports: Export, private: bool = False) -> Backup:
    kept = Backup(folder, TENANT, private=private)
    kept.keep(ENVIRONMENT, PLACE, exports)
    return kept


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]


def files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] not in {".git", NOTES}}
