"""`/v1/files`: images of articles, for whoever has their address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from pressroom_gateway.problems import not_found

from .keys import content_type_of
from .links import FileLinks
from .ports import Files

router = APIRouter(prefix="/v1/files", tags=["articles"])


@router.get(
    "/{key:path}",
    response_class=FileResponse,
    responses={200: {"content": {"image/*": {}}}, 302: {"description": "To the storage, for a few minutes."}},
    summary="Read a file by its signed address",
)
async def read_file(
    request: Request,
    key: str,
    expires: Annotated[int, Query(ge=0, le=2**53, description="Seconds of the epoch.")],
    signature: Annotated[str, Query(max_length=64, pattern=r"^[0-9a-f]*$")],
) -> Response:
    links: FileLinks = request.app.state.file_links
    files: Files | None = request.app.state.files
    left = links.check(key, expires, signature)
    found = await files.find(key, left) if files else None
    if found is None:
        raise not_found("file")
    if isinstance(found, str):
        return RedirectResponse(found, status_code=302, headers={"Cache-Control": "no-store"})
    headers = {
        "Cache-Control": f"private, max-age={int(left)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return FileResponse(found, media_type=content_type_of(key), headers=headers)
