"""Internal HTTP of customers and environments: what the gateway asks for its clients. Secrets go in, never out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from pressroom_common.internal_callers import Caller, caller
from pressroom_common.texts import Text
from pressroom_common.zuora_reads import (
    ConnectionCheck,
    CustomerEdit,
    Customers,
    CustomerView,
    EnvironmentEdit,
    Environments,
    EnvironmentView,
    NewCustomer,
    NewEnvironment,
    Syncs,
)

from .environments import EnvironmentService
from .service import CustomerService

AUDIENCE = "zuora-sync"

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]
NameFilter = Annotated[Text | None, Query(max_length=200)]


def customers_router(service: CustomerService, secret: str) -> APIRouter:
    """`secret` is that of service tokens."""
    routes = APIRouter(prefix="/internal/customers")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("")
    async def page(
        asking: Annotated[Caller, asks], limit: Limit = 50, cursor: Cursor = None, name: NameFilter = None
    ) -> Customers:
        """Sorted by name; `name`: only the customer of this name, in whatever case."""
        return await service.page(asking, limit, cursor, name)

    @routes.post("", status_code=201)
    async def add(asking: Annotated[Caller, asks], wish: NewCustomer) -> CustomerView:
        return await service.add(asking, wish)

    @routes.get("/{customer_id}")
    async def find(asking: Annotated[Caller, asks], customer_id: UUID) -> CustomerView:
        return await service.find(asking, customer_id)

    @routes.patch("/{customer_id}")
    async def rename(asking: Annotated[Caller, asks], customer_id: UUID, edit: CustomerEdit) -> CustomerView:
        return await service.rename(asking, customer_id, edit.name)

    @routes.delete("/{customer_id}", status_code=204)
    async def delete(asking: Annotated[Caller, asks], customer_id: UUID) -> None:
        await service.delete(asking, customer_id)

    return routes


def environments_router(service: EnvironmentService, secret: str) -> APIRouter:
    """`secret` is that of service tokens."""
    routes = APIRouter(prefix="/internal")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("/environments")
    async def page(
        asking: Annotated[Caller, asks], customer_id: UUID | None = None, customer: NameFilter = None
    ) -> Environments:
        """Of one customer, by id or name, or all; sorted by names."""
        return await service.list(asking, customer_id, customer)

    @routes.post("/customers/{customer_id}/environments", status_code=201)
    async def add(asking: Annotated[Caller, asks], customer_id: UUID, wish: NewEnvironment) -> EnvironmentView:
        return await service.add(asking, customer_id, wish)

    @routes.get("/environments/{environment_id}")
    async def find(asking: Annotated[Caller, asks], environment_id: UUID) -> EnvironmentView:
        return await service.find(asking, environment_id)

    @routes.patch("/environments/{environment_id}")
    async def edit(asking: Annotated[Caller, asks], environment_id: UUID, edit: EnvironmentEdit) -> EnvironmentView:
        return await service.edit(asking, environment_id, edit)

    @routes.delete("/environments/{environment_id}", status_code=204)
    async def delete(asking: Annotated[Caller, asks], environment_id: UUID) -> None:
        await service.delete(asking, environment_id)

    @routes.post("/environments/{environment_id}/test")
    async def test(asking: Annotated[Caller, asks], environment_id: UUID) -> ConnectionCheck:
        return await service.test(asking, environment_id)

    return routes


def syncs_router(service: EnvironmentService, secret: str) -> APIRouter:
    """`secret` is that of service tokens."""
    routes = APIRouter(prefix="/internal/syncs")
    asks = Depends(caller(secret, AUDIENCE))

    @routes.get("")
    async def syncs(
        asking: Annotated[Caller, asks],
        environment_id: UUID | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Syncs:
        """Newest first."""
        return await service.syncs(asking, environment_id, limit, cursor)

    return routes
