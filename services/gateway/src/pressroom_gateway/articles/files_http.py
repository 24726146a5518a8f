"""`/v1/files`: images of articles, for whoever has their address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from pressroom_gateway.problems import not_found

from .folder import FileFolder
from .keys import content_type_of
from .links import FileLinks

router = APIRouter(prefix="/v1/files", tags=["articles"])


@router.get(
    "/{key:path}",
    response_class=FileResponse,
    responses={200: {"content": {"image/*": {}}}},
    summary="Read a file by its signed address",
)
async def read_file(
    request: Request,
    key: str,
    expires: Annotated[int, Query(ge=0, le=2**53, description="Seconds of the epoch.")],
    signature: Annotated[str, Query(max_length=64, pattern=r"^[0-9a-f]*$")],
) -> FileResponse:
    links: FileLinks = request.app.state.file_links
    folder: FileFolder = request.app.state.file_folder
    left = links.check(key, expires, signature)
    path = await folder.find(key)
    if path is None:
        raise not_found("file")
    headers = {
        "Cache-Control": f"private, max-age={int(left)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return FileResponse(path, media_type=content_type_of(key), headers=headers)
