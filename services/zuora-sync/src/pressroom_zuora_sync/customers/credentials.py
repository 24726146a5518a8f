"""Credentials out of the vault, for whoever calls Zuora."""

from uuid import UUID

from pydantic import SecretStr

from pressroom_zuora_sync.vault import Vault, secret_of
from pressroom_zuora_sync.zuora.records import Credentials

from .ports import EnvironmentRows
from .records import StoredEnvironment


class StoredCredentials:
    """The port `Environments`."""

    def __init__(self, rows: EnvironmentRows, vault: Vault) -> None:
        self._rows = rows
        self._vault = vault

    async def credentials(self, environment_id: UUID) -> Credentials | None:
        stored = await self._rows.stored(None, environment_id)
        return unlocked(stored, self._vault) if stored else None


def unlocked(stored: StoredEnvironment, vault: Vault) -> Credentials:
    """Raises Unreadable."""
    secret = vault.open(stored.secret, secret_of(stored.id, stored.base_url))
    return Credentials(
        environment_id=stored.id,
        tenant_id=stored.tenant_id,
        customer=stored.customer,
        environment=stored.name,
        base_url=stored.base_url,
        client_id=stored.client_id,
        secret=SecretStr(secret.decode()),
        entity_id=stored.entity_id,
        epoch=stored.epoch,
    )
