"""`/v1/zuora/customers` and `/v1/zuora/environments`."""

# Written by libs/client/write_blocking.py: edit aio/zuora_customers.py instead.

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from pressroom_client.messages import KEEP, LONG_SECONDS, Call, Keep, changed, given, path
from pressroom_client.retries import Safety
from pressroom_client.zuora_models import (
    ConnectionCheck,
    Customer,
    Environment,
    Environments,
    EnvironmentWish,
    SavedCustomer,
    SavedEnvironment,
)

from .session import Session

_TEST_SECONDS = 120.0


class ZuoraCustomers:
    """Whose workflows are kept."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, name: str, environments: Iterable[EnvironmentWish] = ()) -> SavedCustomer:
        """Its environments are synced at once."""
        body = {"name": name, "environments": [_plain(**each) for each in environments]}
        call = Call("POST", path("zuora", "customers"), body=body, safety=Safety.ONCE)
        return self._session.ask(SavedCustomer, call)

    def get(self, customer_id: UUID | str) -> Customer:
        return self._session.ask(Customer, Call("GET", path("zuora", "customers", customer_id)))

    def rename(self, customer_id: UUID | str, name: str) -> Customer:
        call = Call("PATCH", path("zuora", "customers", customer_id), body={"name": name})
        return self._session.ask(Customer, call)

    def delete(self, customer_id: UUID | str) -> None:
        """With its environments, workflows, exports and schedules."""
        self._session.send(
            Call("DELETE", path("zuora", "customers", customer_id), safety=Safety.ONCE, seconds=LONG_SECONDS)
        )

    def list(self, *, name: str | None = None, limit: int | None = None) -> Iterator[Customer]:
        """By name; `name`: only the one of this name, in small or capital letters."""
        return self._session.pages(Customer, path("zuora", "customers"), {"name": name}, limit)


class ZuoraEnvironments:
    """Zuora tenants of customers: production, sandbox, …"""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        customer_id: UUID | str,
        *,
        name: str,
        base_url: str,
        client_id: str,
        client_secret: SecretStr | str,
        entity_id: str | None = None,
    ) -> SavedEnvironment:
        """It is synced at once."""
        wish = given(
            name=name, base_url=base_url, client_id=client_id, client_secret=client_secret, entity_id=entity_id
        )
        target = path("zuora", "customers", customer_id, "environments")
        return self._session.ask(SavedEnvironment, Call("POST", target, body=_plain(**wish), safety=Safety.ONCE))

    def get(self, environment_id: UUID | str) -> Environment:
        return self._session.ask(Environment, Call("GET", path("zuora", "environments", environment_id)))

    def change(
        self,
        environment_id: UUID | str,
        *,
        name: str | None = None,
        base_url: str | None = None,
        client_id: str | None = None,
        client_secret: SecretStr | str | None = None,
        entity_id: str | Keep | None = KEEP,
    ) -> SavedEnvironment:
        """Only what is given changes; another `base_url` needs the secret again. It is synced at once, unless only its
        name changes."""
        wish = given(name=name, base_url=base_url, client_id=client_id, client_secret=client_secret)
        call = Call(
            "PATCH",
            path("zuora", "environments", environment_id),
            body=_plain(**wish, **changed(entity_id=entity_id)),
        )
        return self._session.ask(SavedEnvironment, call)

    def delete(self, environment_id: UUID | str) -> None:
        """With its workflows, exports and schedules."""
        self._session.send(
            Call("DELETE", path("zuora", "environments", environment_id), safety=Safety.ONCE, seconds=LONG_SECONDS)
        )

    def test(self, environment_id: UUID | str) -> ConnectionCheck:
        """Whether its credentials can do all that a sync needs."""
        call = Call("POST", path("zuora", "environments", environment_id, "test"), seconds=_TEST_SECONDS)
        return self._session.ask(ConnectionCheck, call)

    def list(self, *, customer_id: UUID | str | None = None, customer: str | None = None) -> tuple[Environment, ...]:
        """All, or those of a customer, by id or name."""
        call = Call("GET", path("zuora", "environments"), {"customer_id": customer_id, "customer": customer})
        return (self._session.ask(Environments, call)).items


def _plain(**wish: Any) -> dict[str, Any]:
    """With the secret in the clear: it is sent."""
    return {name: each.get_secret_value() if isinstance(each, SecretStr) else each for name, each in wish.items()}
