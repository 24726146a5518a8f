"""`/v1/admin/workers/{name}/…` and `/v1/admin/services/{service}/…`: what super-admins tell processes to do."""

from typing import Annotated

from fastapi import Depends, Path, Request

from pressroom_gateway.audit.route import admin_router, audited

from .contracts import NewLogLevel, Ordered
from .http import SuperAdmin
from .service import WorkerControl

router = admin_router()

WorkerName = Annotated[str, Path(description="The process's name.", max_length=200, examples=["generator-1"])]
ServiceName = Annotated[
    str, Path(description="A worker service, `gateway` or `monitor`.", max_length=200, examples=["generator"])
]


async def _control(request: Request) -> WorkerControl:
    control: WorkerControl = request.app.state.worker_control
    return control


Control = Annotated[WorkerControl, Depends(_control)]


@router.post("/workers/{name}/drain", status_code=202, summary="Let a worker finish, and take nothing more")
async def drain(name: WorkerName, _principal: SuperAdmin, control: Control) -> Ordered:
    return await control.drain(name)


@router.post("/workers/{name}/restart", status_code=202, summary="Let a worker finish, and start again")
async def restart(name: WorkerName, _principal: SuperAdmin, control: Control) -> Ordered:
    return await control.restart(name)


@router.put("/workers/{name}/log-level", status_code=202, summary="Set what a worker logs, until it ends")
async def set_log_level(
    request: Request, name: WorkerName, wish: NewLogLevel, _principal: SuperAdmin, control: Control
) -> Ordered:
    audited(request, level=wish.level)
    return await control.set_log_level(name, wish.level)


@router.put("/services/{service}/log-level", status_code=202, summary="Set what all processes of a service log")
async def set_log_level_of_all(
    request: Request, service: ServiceName, wish: NewLogLevel, _principal: SuperAdmin, control: Control
) -> Ordered:
    audited(request, level=wish.level)
    return await control.set_log_level_of_all(service, wish.level)
