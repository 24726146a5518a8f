"""What zuora-sync knows, asked for by what the gateway decides."""

from uuid import UUID

from pressroom_common.zuora_reads import CustomerView, Environments, EnvironmentView
from pressroom_gateway.accounts.principal import Principal

from .client import ZuoraSyncClient


class AskedZuora:
    """The port `Known`, over internal HTTP."""

    def __init__(self, client: ZuoraSyncClient) -> None:
        self._client = client

    async def customer(self, principal: Principal, customer_id: UUID) -> CustomerView:
        return await self._client.ask(CustomerView, principal, "GET", f"/customers/{customer_id}")

    async def environment(self, principal: Principal, environment_id: UUID) -> EnvironmentView:
        return await self._client.ask(EnvironmentView, principal, "GET", f"/environments/{environment_id}")

    async def environments(self, principal: Principal) -> tuple[EnvironmentView, ...]:
        return (await self._client.ask(Environments, principal, "GET", "/environments")).items
