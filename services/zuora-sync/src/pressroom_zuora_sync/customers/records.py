"""What the tables of customers and environments take and give."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pressroom_zuora_sync.vault import Sealed


class Place(NamedTuple):
    """Of a customer in the list, which is sorted by name."""

    name: str
    """In small letters, as the database makes them."""
    id: UUID


@dataclass(frozen=True, kw_only=True)
class EnvironmentRow:
    """What is written of an environment."""

    id: UUID
    name: str
    base_url: str
    client_id: str
    secret: Sealed
    entity_id: str | None


@dataclass(frozen=True, kw_only=True)
class StoredEnvironment(EnvironmentRow):
    """A row with its secret: not for the eyes of others."""

    tenant_id: UUID
    customer: str
    """Its name."""
    epoch: int
    """Grows when it begins to name another account."""
    updated_at: datetime


class NameTaken(Exception):
    """Another customer of the tenant, or another environment of the customer, has this name, in whatever case."""
