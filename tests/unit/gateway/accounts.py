"""Accounts in memory, of which authentication sees what a database would tell; it counts the questions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pressroom_common.errors import Unavailable
from pressroom_gateway.accounts.keys import NewKey, make_key
from pressroom_gateway.accounts.ports import StoredKey
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role

PEPPER = b"a pepper of at least 32 characters"


@dataclass
class KeysInMemory:
    """Fulfils the ports of authentication: `ValidKeys` and `Touches`."""

    stored: dict[str, list[StoredKey]] = field(default_factory=dict)
    touched: list[Mapping[UUID, float]] = field(default_factory=list)
    questions: int = 0
    away: bool = False

    def add(self, expires_in: float | None = None) -> tuple[NewKey, Principal]:
        key = make_key(PEPPER)
        principal = Principal(uuid4(), uuid4(), "website", Role.VIEWER, SCOPES[Role.VIEWER], datetime.now(UTC))
        self.stored.setdefault(key.prefix, []).append(StoredKey(principal, key.digest, expires_in))
        return key, principal

    def revoke(self, key: NewKey) -> None:
        del self.stored[key.prefix]

    async def valid_keys(self, prefix: str) -> Sequence[StoredKey]:
        self.questions += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("away")
        return list(self.stored.get(prefix, []))

    async def touch(self, used: Mapping[UUID, float]) -> None:
        if self.away:
            raise Unavailable("away")
        self.touched.append(used)
