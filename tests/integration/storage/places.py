"""The two sides of a storage, as a generator and as a gateway have it."""

import asyncio
from pathlib import Path
from typing import Any, Protocol

import boto3
import httpx2

from integration.storage.s3_double import KEY_ID, REGION, SECRET, S3Double
from pressroom_common.settings import StorageSettings
from pressroom_gateway.articles.ports import Files
from pressroom_gateway.articles.settings import ArticleSettings
from pressroom_gateway.articles.wiring import open_files
from pressroom_generator.ports import Storage
from pressroom_generator.storage import open_storage


class Place(Protocol):
    """Where files are, opened through the services' own wiring."""

    @property
    def settings(self) -> StorageSettings: ...

    def stored(self) -> set[str]:
        """Of all files that are there, however deep."""
        ...


class FolderPlace:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.settings = StorageSettings(storage_dir=str(folder))

    def stored(self) -> set[str]:
        return {str(path.relative_to(self._folder)) for path in self._folder.rglob("*") if path.is_file()}


class BucketPlace:
    """An empty bucket; `prefix` of all that is ours in it."""

    def __init__(self, s3: S3Double, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        key = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": REGION}
        self.client: Any = boto3.client("s3", endpoint_url=s3.url, **key)
        self.client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.settings = s3.settings(bucket, s3_prefix=prefix)

    def stored(self) -> set[str]:
        found = self.client.list_objects_v2(Bucket=self._bucket).get("Contents", [])
        return {each["Key"].removeprefix(self._prefix) for each in found}


def generators(place: Place) -> Storage:
    storage = open_storage(place.settings)
    assert storage is not None
    return storage


def gateways(place: Place) -> Files:
    files = open_files(ArticleSettings.model_validate(place.settings.model_dump()))
    assert files is not None
    return files


async def content(found: Path | str | None) -> bytes | None:
    """What somebody reads who is sent there; None: nothing is there."""
    if isinstance(found, Path):
        return await asyncio.to_thread(found.read_bytes)
    if found is None:
        return None
    async with httpx2.AsyncClient() as http:
        answer = await http.get(found)
    assert answer.status_code in {200, 404}, answer.text
    return answer.content if answer.status_code == 200 else None
