"""Files have one place, and settings that leave open which one are told by their names."""

from typing import Any

import pytest
from pydantic import ValidationError

from pressroom_common.commands import read_settings
from pressroom_common.settings import StorageSettings

WHOLE = {"s3_bucket": "images", "s3_access_key_id": "key", "s3_secret_access_key": "secret"}


@pytest.mark.parametrize("given", [{}, {"storage_dir": "files"}, WHOLE, {**WHOLE, "s3_endpoint": "http://s3:9000"}])
def test_no_place_a_folder_or_a_bucket_can_be_set(given: dict[str, Any]) -> None:
    assert StorageSettings(**given).s3_bucket == given.get("s3_bucket", "")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**WHOLE, "storage_dir": "files"}, "either STORAGE_DIR or S3_BUCKET"),
        ({"s3_bucket": "images"}, "set S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY too"),
        ({**WHOLE, "s3_bucket": ""}, "set S3_BUCKET too"),
        ({**WHOLE, "s3_secret_access_key": ""}, "set S3_SECRET_ACCESS_KEY too"),
        ({"s3_endpoint": "http://s3:9000"}, "set S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY too"),
        ({"s3_endpoint": "http://s3:9000", "storage_dir": "files"}, "half of S3"),
        ({**WHOLE, "s3_endpoint": "http://s3:9000/path"}, "s3_endpoint"),
        ({**WHOLE, "s3_prefix": "/images/"}, "s3_prefix"),
        ({**WHOLE, "s3_bucket": "Im/ages"}, "s3_bucket"),
    ],
)
def test_half_a_place_and_two_places_are_told(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        StorageSettings(**given)


def test_an_operator_reads_one_sentence_without_the_secret() -> None:
    with pytest.raises(SystemExit) as ended:
        read_settings(lambda: StorageSettings(s3_secret_access_key="hush"))  # type: ignore[arg-type]
    assert str(ended.value).endswith("\n  half of S3 is set: set S3_BUCKET, S3_ACCESS_KEY_ID too")


def test_keys_are_not_shown() -> None:
    assert "secret'" not in repr(StorageSettings(**WHOLE))  # type: ignore[arg-type]
