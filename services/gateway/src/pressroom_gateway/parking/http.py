"""`/v1/admin/parked`: for super-admins alone, because bodies may hold what clients wrote."""

import base64
import codecs
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import Depends, Query, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.audit.route import admin_router
from pressroom_gateway.pagination import Listing, listing

from .contracts import Parked, ParkedDetail, ParkedQuery
from .ports import Stored
from .service import Parking

router = admin_router()

SuperAdmin = Annotated[Principal, requires("admin")]


async def _parking(request: Request) -> Parking:
    parking: Parking = request.app.state.parking
    return parking


Service = Annotated[Parking, Depends(_parking)]


@router.get("/parked", summary="List parked messages, newest first, without their bodies")
async def list_parked(
    query: Annotated[ParkedQuery, Query()], _principal: SuperAdmin, parking: Service
) -> Listing[Parked]:
    return listing(await parking.page(query), query.limit, lambda message: message.id)


@router.get("/parked/{message_id}", summary="Show a parked message with its headers and its body")
async def show_parked(message_id: UUID, _principal: SuperAdmin, parking: Service, response: Response) -> ParkedDetail:
    response.headers["Cache-Control"] = "no-store"
    return detail(await parking.find(message_id))


@router.post("/parked/{message_id}/replay", summary="Send a parked message on its way again, once")
async def replay_parked(message_id: UUID, principal: SuperAdmin, parking: Service) -> Parked:
    return await parking.replay(principal, message_id)


@router.post("/parked/{message_id}/drop", summary="Be done with a parked message")
async def drop_parked(message_id: UUID, principal: SuperAdmin, parking: Service) -> Parked:
    return await parking.drop(principal, message_id)


def detail(stored: Stored) -> ParkedDetail:
    body, encoding = readable(stored.body, cut=stored.message.cut)
    return ParkedDetail(
        **stored.message.model_dump(), headers=msgspec.json.decode(stored.headers), body=body, encoding=encoding
    )


def readable(body: bytes, *, cut: bool) -> tuple[str, Literal["utf-8", "base64"]]:
    """As text where it is text; a cut may have gone through its last character."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body, final=not cut), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"
