"""`/v1/files` where files are in a bucket: our own signed address leads to one of the storage's, for a few minutes."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx2
import pytest
from fastapi import FastAPI

from integration.storage.places import BucketPlace, gateways, generators
from integration.storage.s3_double import S3Double
from pressroom_common.ids import uuid7
from pressroom_gateway.articles import files_http
from pressroom_gateway.articles.links import FileLinks
from pressroom_gateway.articles.settings import ArticleSettings
from pressroom_gateway.articles.wiring import open_files

PNG = b"\x89PNG\r\n\x1a\npixels"
HOUR = 3600.0


@pytest.fixture
def links() -> FileLinks:
    return FileLinks(b"a secret of the tests that is long enough", HOUR)


@pytest.fixture
async def gateway(bucket: BucketPlace, links: FileLinks) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(files_http.router)
    app.state.file_links, app.state.files = links, gateways(bucket)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as client:
        yield client


@pytest.fixture
async def key(bucket: BucketPlace) -> str:
    return await generators(bucket).put(f"{uuid7()}/image-1-0123456789abcdef.png", PNG, "image/png")


async def status(url: str) -> int:
    async with httpx2.AsyncClient() as http:
        return (await http.get(url)).status_code


async def test_the_address_leads_to_the_file_in_the_storage(
    gateway: httpx2.AsyncClient, links: FileLinks, key: str
) -> None:
    sent = await gateway.get(links.url(key))
    assert (sent.status_code, sent.headers["cache-control"]) == (302, "no-store")
    async with httpx2.AsyncClient() as http:
        picture = await http.get(sent.headers["location"])
    assert (picture.status_code, picture.content) == (200, PNG)
    assert picture.headers["content-type"] == "image/png"


async def test_nobody_is_asked_on_the_way(
    gateway: httpx2.AsyncClient, links: FileLinks, key: str, s3: S3Double
) -> None:
    before = len(s3.asked)
    assert (await gateway.get(links.url(key))).status_code == 302
    assert len(s3.asked) == before


async def test_the_storages_address_is_good_for_this_file_and_a_few_minutes(
    gateway: httpx2.AsyncClient, links: FileLinks, key: str, bucket: BucketPlace
) -> None:
    address = (await gateway.get(links.url(key))).headers["location"]
    other = await generators(bucket).put(key.replace("image-1", "image-2"), PNG, "image/png")
    assert await status(address) == 200
    for wrong in (
        urlunsplit(urlsplit(address)._replace(query="")),
        address.replace(key, other),
        address.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        address.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
    ):
        assert wrong != address
        assert await status(wrong) == 403


@pytest.mark.parametrize(("left", "expected"), [(3600.0, 300), (42.7, 42), (0.2, 1)])
async def test_it_works_no_longer_than_ours(key: str, bucket: BucketPlace, left: float, expected: int) -> None:
    address = await gateways(bucket).find(key, left)
    assert isinstance(address, str)
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == [str(expected)]


async def test_an_address_that_was_changed_leads_nowhere(
    gateway: httpx2.AsyncClient, links: FileLinks, key: str
) -> None:
    with pytest.raises(Exception, match="address was changed"):
        await gateway.get(links.url(key).replace("image-1", "image-2"))


async def test_clients_can_be_sent_to_another_endpoint(bucket: BucketPlace, key: str) -> None:
    told = bucket.settings.model_dump() | {"s3_public_endpoint": "https://images.example.com"}
    files = open_files(ArticleSettings.model_validate(told))
    assert files is not None
    assert str(await files.find(key, 60)).startswith(f"https://images.example.com/{bucket.settings.s3_bucket}/{key}?")
