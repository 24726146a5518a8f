"""`/v1/zuora/customers` and `/v1/zuora/environments`: whose workflows are kept, and with which credentials."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

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
)
from pressroom_gateway.audit.route import AuditedRoute, audited
from pressroom_gateway.problems import Problem

from .answers import SavedCustomer, SavedEnvironment
from .asking import NO_QUERY, Client, Keeper, Parts, Reader, ScheduleBook, Syncs, asked
from .forms import CustomerQuery, EnvironmentQuery, parameters
from .revealing import revealed

router = APIRouter(prefix="/v1/zuora", tags=["zuora"], route_class=AuditedRoute)


@router.get("/customers", summary="List customers with their environments")
async def list_customers(query: Annotated[CustomerQuery, Query()], principal: Reader, zuora: Client) -> Customers:
    return await zuora.ask(Customers, principal, "GET", "/customers", query=parameters(query))


@router.post("/customers", status_code=201, summary="Add a customer; each of its environments is synced at once")
async def add_customer(
    request: Request, wish: NewCustomer, principal: Keeper, zuora: Client, syncs: Syncs
) -> SavedCustomer:
    audited(request, name=wish.name, environments=[each.name for each in wish.environments])
    saved = await zuora.ask(SavedCustomer, principal, "POST", "/customers", body=revealed(wish))
    audited(request, id=saved.id)
    with asked(request, principal, "zuora.customers.add") as origin:
        made = await syncs.after_saving(saved.environments, origin)
    return saved.model_copy(update={"sync_job_ids": made})


@router.get("/customers/{customer_id}", summary="Show a customer with its environments", dependencies=[NO_QUERY])
async def show_customer(customer_id: UUID, principal: Reader, zuora: Client) -> CustomerView:
    return await zuora.ask(CustomerView, principal, "GET", f"/customers/{customer_id}")


@router.patch("/customers/{customer_id}", summary="Rename a customer")
async def change_customer(
    request: Request, customer_id: UUID, wish: CustomerEdit, principal: Keeper, zuora: Client
) -> CustomerView:
    audited(request, name=wish.name)
    return await zuora.ask(CustomerView, principal, "PATCH", f"/customers/{customer_id}", body=revealed(wish))


@router.delete(
    "/customers/{customer_id}",
    status_code=204,
    summary="Delete a customer with its environments, workflows, exports and schedules",
)
async def delete_customer(
    request: Request, customer_id: UUID, principal: Keeper, zuora: Client, schedules: ScheduleBook
) -> None:
    try:
        customer = await zuora.ask(CustomerView, principal, "GET", f"/customers/{customer_id}")
        audited(request, name=customer.name, environments=[each.name for each in customer.environments])
        await zuora.delete(principal, f"/customers/{customer_id}")
    except Problem as problem:
        if problem.status == 404:  # gone before, by a deletion that was cut off, say: what is left of it goes, too
            await schedules.forget_gone(principal)
        raise
    # After, for a customer that stays keeps its schedules. What an earlier request deleted before it was cut off is not
    # among these environments; and where this one is cut off here, the same request does the rest.
    await schedules.forget(principal.tenant_id, [each.id for each in customer.environments])
    await schedules.forget_gone(principal)


@router.post(
    "/customers/{customer_id}/environments",
    status_code=201,
    summary="Add an environment to a customer; it is synced at once",
)
async def add_environment(
    request: Request, customer_id: UUID, wish: NewEnvironment, principal: Keeper, zuora: Client, syncs: Syncs
) -> SavedEnvironment:
    audited(request, name=wish.name, base_url=wish.base_url)
    path = f"/customers/{customer_id}/environments"
    saved = await zuora.ask(SavedEnvironment, principal, "POST", path, body=revealed(wish))
    audited(request, id=saved.id)
    with asked(request, principal, "zuora.environments.add") as origin:
        made = await syncs.after_saving([saved], origin)
    return _with_sync(saved, made)


@router.get("/environments", summary="List all environments, or those of a customer")
async def list_environments(
    query: Annotated[EnvironmentQuery, Query()], principal: Reader, zuora: Client
) -> Environments:
    return await zuora.ask(Environments, principal, "GET", "/environments", query=parameters(query))


@router.get(
    "/environments/{environment_id}", summary="Show an environment, and how its last sync went", dependencies=[NO_QUERY]
)
async def show_environment(environment_id: UUID, principal: Reader, zuora: Client) -> EnvironmentView:
    return await zuora.ask(EnvironmentView, principal, "GET", f"/environments/{environment_id}")


@router.patch(
    "/environments/{environment_id}",
    summary="Change an environment; it is synced at once, unless only its name has changed",
)
async def change_environment(
    request: Request, environment_id: UUID, wish: EnvironmentEdit, principal: Keeper, zuora: Client, syncs: Syncs
) -> SavedEnvironment:
    audited(request, name=wish.name, base_url=wish.base_url, secret_changed=wish.client_secret is not None)
    path = f"/environments/{environment_id}"
    saved = await zuora.ask(SavedEnvironment, principal, "PATCH", path, body=revealed(wish))
    if wish.model_fields_set <= {"name"}:
        return saved
    with asked(request, principal, "zuora.environments.change") as origin:
        made = await syncs.after_saving([saved], origin)
    return _with_sync(saved, made)


@router.delete(
    "/environments/{environment_id}",
    status_code=204,
    summary="Delete an environment with its workflows, exports and schedules",
)
async def delete_environment(environment_id: UUID, principal: Keeper, zuora: Client, schedules: ScheduleBook) -> None:
    try:
        await zuora.delete(principal, f"/environments/{environment_id}")
    except Problem as problem:
        if problem.status == 404:  # gone before: what is left of it here goes, too
            await schedules.forget(principal.tenant_id, [environment_id])
        raise
    await schedules.forget(principal.tenant_id, [environment_id])


@router.post(
    "/environments/{environment_id}/test",
    summary="Try its credentials: a token, the list, an export. Nothing is stored",
)
async def try_environment(environment_id: UUID, principal: Keeper, zuora: Parts) -> ConnectionCheck:
    path = f"/environments/{environment_id}/test"
    return await zuora.client.ask(ConnectionCheck, principal, "POST", path, seconds=zuora.test_seconds)


def _with_sync(saved: SavedEnvironment, made: tuple[UUID, ...]) -> SavedEnvironment:
    return saved.model_copy(update={"sync_job_id": made[0] if made else None})
