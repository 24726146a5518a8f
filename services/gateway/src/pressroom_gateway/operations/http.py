"""`/v1/admin/stats` and `/v1/admin/workers`: the monitor's answers, passed on to super-admins."""

from typing import Annotated

from fastapi import Depends, Request

from pressroom_common.reads import Stats, Workers
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.audit.route import admin_router

from .monitor_client import MonitorClient

router = admin_router()

SuperAdmin = Annotated[Principal, requires("admin")]


async def monitor_client(request: Request) -> MonitorClient:
    client: MonitorClient = request.app.state.monitor
    return client


Monitor = Annotated[MonitorClient, Depends(monitor_client)]


@router.get("/stats", summary="Workers, jobs and how they do")
async def stats(_principal: SuperAdmin, monitor: Monitor) -> Stats:
    return await monitor.stats()


@router.get("/workers", summary="List worker processes")
async def workers(_principal: SuperAdmin, monitor: Monitor) -> Workers:
    return await monitor.workers()
