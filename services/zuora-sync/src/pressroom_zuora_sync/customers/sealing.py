"""From what a client sends of an environment to the row that is stored: its host allowed, its secret sealed."""

from uuid import UUID

from pydantic import SecretStr

from pressroom_common.zuora_reads import EnvironmentEdit, NewEnvironment
from pressroom_zuora_sync.vault import Sealed, Vault, secret_of
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.hosts import allowed_origin

from . import refusals
from .records import EnvironmentRow, StoredEnvironment


class Sealing:
    def __init__(self, vault: Vault, origins: frozenset[str]) -> None:
        """`origins`: allowed beside Zuora's own."""
        self._vault = vault
        self._origins = origins

    def row(self, environment_id: UUID, wish: NewEnvironment, field: str = "base_url") -> EnvironmentRow:
        """Raises Refused; `field` is what it names."""
        base_url = self._allowed(wish.base_url, field)
        return EnvironmentRow(
            id=environment_id,
            name=wish.name,
            base_url=base_url,
            client_id=wish.client_id,
            secret=self._sealed(wish.client_secret, environment_id, base_url),
            entity_id=wish.entity_id,
        )

    def edited(self, seen: StoredEnvironment, edit: EnvironmentEdit) -> EnvironmentRow:
        """Raises Refused, also where the host changes and the secret is not given again."""
        base_url = self._allowed(edit.base_url, "base_url") if edit.base_url else seen.base_url
        if edit.client_secret:
            secret = self._sealed(edit.client_secret, seen.id, base_url)
        elif base_url == seen.base_url:
            secret = seen.secret
        else:
            raise refusals.secret_needed()
        return EnvironmentRow(
            id=seen.id,
            name=edit.name or seen.name,
            base_url=base_url,
            client_id=edit.client_id or seen.client_id,
            secret=secret,
            entity_id=edit.entity_id if "entity_id" in edit.model_fields_set else seen.entity_id,
        )

    def _allowed(self, base_url: str, field: str) -> str:
        try:
            return allowed_origin(base_url, self._origins)
        except ZuoraError as error:
            raise refusals.host_not_allowed(error, field) from None

    def _sealed(self, secret: SecretStr, environment_id: UUID, base_url: str) -> Sealed:
        return self._vault.seal(secret.get_secret_value().encode(), secret_of(environment_id, base_url))
