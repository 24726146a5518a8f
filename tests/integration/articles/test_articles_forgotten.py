"""Images go with their article, from a folder and from a bucket, over real processes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from integration.articles.desk import WISH, Desk
from integration.delivery.processes import eventually
from integration.storage.places import BucketPlace, FolderPlace, Place
from integration.storage.s3_double import S3Double

MONTH = 31 * 86_400.0
AGE = """
UPDATE gateway.jobs SET completed_at = completed_at - make_interval(secs => $2),
    published_at = published_at - make_interval(secs => $2) WHERE id = $1
"""


@pytest.fixture
def s3() -> Iterator[S3Double]:
    double = S3Double()
    yield double
    double.stop()


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, desk: Desk) -> Place:
    if request.param == "folder":
        return FolderPlace(Path(desk.system.folder, "storage"))
    return BucketPlace(request.getfixturevalue("s3"), f"images-{uuid4()}", "ours")


def told(place: Place) -> dict[str, Any]:
    """As processes are told."""
    if not place.settings.s3_bucket:
        return {}
    keys = {name: getattr(place.settings, name).get_secret_value() for name in SECRETS}
    return place.settings.model_dump(exclude={"storage_dir", *SECRETS}) | keys


SECRETS = ("s3_access_key_id", "s3_secret_access_key")


async def aged(desk: Desk, article_id: UUID) -> None:
    connection = await asyncpg.connect(desk.system.database_url)
    await connection.execute(AGE, article_id, MONTH)
    await connection.close()


async def test_images_are_served_until_their_article_is_deleted(desk: Desk, place: Place) -> None:
    await desk.system.start_worker(**told(place))
    _, origin = await desk.system.start_gateway(
        "gateway-2", "pressroom_gateway", retention_sweep_seconds=0.2, **told(place)
    )
    article_id, other = await asyncio.gather(desk.submit(), desk.submit())
    for each in (article_id, other):
        await desk.is_(each, "completed")
    assert sum(key.startswith(str(article_id)) for key in place.stored()) == WISH["images"]
    others = {key for key in place.stored() if key.startswith(str(other))}

    made = await desk.shown(article_id)
    async with httpx2.AsyncClient(base_url=origin, follow_redirects=True) as http:
        picture = await http.get(made["sections"][0]["image"]["url"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        assert picture.content.startswith(b"\x89PNG")
        await aged(desk, article_id)

        async def are_gone() -> bool:
            return not any(key.startswith(str(article_id)) for key in await asyncio.to_thread(place.stored))

        await eventually(are_gone, "the images are deleted")
        assert others <= place.stored()
        assert (await http.get(made["sections"][0]["image"]["url"])).status_code == 404
