"""A folder, or a bucket of an S3 over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from integration.storage.places import BucketPlace, FolderPlace, Place
from integration.storage.s3_double import S3Double


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Double]:
    double = S3Double()
    yield double
    double.stop()


@pytest.fixture
def bucket(s3: S3Double) -> BucketPlace:
    return BucketPlace(s3, f"images-{uuid4()}")


@pytest.fixture(params=["folder", "bucket", "bucket with a prefix"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Empty."""
    if request.param == "folder":
        return FolderPlace(tmp_path / "files")
    s3: S3Double = request.getfixturevalue("s3")
    prefix = "our/own" if request.param.endswith("prefix") else ""
    return BucketPlace(s3, f"images-{uuid4()}", prefix)
