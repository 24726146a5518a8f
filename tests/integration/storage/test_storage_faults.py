"""A bucket that does not do as it should: what is worth another try, and what an operator has to see to."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from integration.storage.places import BucketPlace
from integration.storage.s3_double import S3Double
from pressroom_common.bucket import Bucket
from pressroom_common.errors import Refused, Unavailable

KEY = "job/image-1.png"


class Moody:
    """Answers as its `mood` says, a status or something worse, the first `times`; then it is an empty bucket."""

    def __init__(self) -> None:
        self.mood = "200"
        self.times = 1000
        self.asked = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.asked > self.times or self.mood == "200":
            return web.Response(headers={"ETag": '"x"'})
        if self.mood == "closes":
            assert request.transport is not None
            request.transport.close()
        if self.mood == "hangs":
            await asyncio.Event().wait()
        return web.Response(status=int(self.mood) if self.mood.isdigit() else 500, text="<Error><Code>X</Code></Error>")


@pytest.fixture
async def moody() -> AsyncIterator[Moody]:
    server = Moody()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


def bucket_at(s3: S3Double, url: str, **changes: Any) -> Bucket:
    return Bucket(s3.settings(s3_endpoint=url, **changes))


@pytest.mark.parametrize("mood", ["500", "502", "503", "507", "429", "408", "409", "closes"])
async def test_what_may_pass_is_away(s3: S3Double, moody: Moody, mood: str) -> None:
    moody.mood = mood
    with pytest.raises(Unavailable, match="S3 storage"):
        await bucket_at(s3, moody.url).put(KEY, b"x", "image/png")


@pytest.mark.parametrize("mood", ["301", "400", "401", "403", "404", "405", "501"])
async def test_what_would_be_the_same_the_next_time_is_refused_at_once(s3: S3Double, moody: Moody, mood: str) -> None:
    moody.mood = mood
    with pytest.raises(Refused, match="An operator has to"):
        await bucket_at(s3, moody.url).put(KEY, b"x", "image/png")
    assert moody.asked == 1 if mood != "501" else moody.asked <= 3


@pytest.mark.parametrize("mood", ["400", "401", "403", "404", "503"])
async def test_deleting_is_refused_or_put_off_as_storing_is(s3: S3Double, moody: Moody, mood: str) -> None:
    moody.mood = mood
    with pytest.raises(Unavailable if mood == "503" else Refused):
        await bucket_at(s3, moody.url).delete("job")


@pytest.mark.parametrize("mood", ["503", "closes"])
async def test_a_moment_of_trouble_is_not_told(s3: S3Double, moody: Moody, mood: str) -> None:
    moody.mood, moody.times = mood, 2
    assert await bucket_at(s3, moody.url).put(KEY, b"x", "image/png") == KEY
    assert moody.asked == 3


async def test_a_storage_that_hangs_is_away_when_its_time_is_over(s3: S3Double, moody: Moody) -> None:
    moody.mood = "hangs"
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 0\.5 s"):
        await bucket_at(s3, moody.url, s3_seconds=0.5).put(KEY, b"x", "image/png")
    assert time.monotonic() - begun < 3


async def test_a_storage_that_is_not_there_is_away(s3: S3Double) -> None:
    with pytest.raises(Unavailable, match="S3 storage"):
        await bucket_at(s3, "http://127.0.0.1:9").delete("job")


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("s3_secret_access_key", "another", "refused our key"),
        ("s3_access_key_id", "another", "refused our key"),
        ("s3_bucket", "no-such-bucket", "no such bucket"),
    ],
)
async def test_wrong_settings_are_told_by_what_is_wrong(
    s3: S3Double, bucket: BucketPlace, setting: str, value: str, told: str
) -> None:
    wrong = Bucket(bucket.settings.model_copy(update={setting: type(getattr(bucket.settings, setting))(value)}))
    with pytest.raises(Refused, match=told) as refused:
        await wrong.put(KEY, b"x", "image/png")
    assert value not in str(refused.value)
    with pytest.raises(Refused, match=told):
        await wrong.delete("job")


async def test_the_librarys_own_variables_change_nothing(bucket: BucketPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "another",
        "AWS_SECRET_ACCESS_KEY": "another",
        "AWS_SESSION_TOKEN": "another",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_REGION": "another",
        "AWS_SKIP_SIGNATURE": "true",
    }.items():
        monkeypatch.setenv(name, value)
    await Bucket(bucket.settings).put(KEY, b"x", "image/png")
    assert bucket.stored() == {KEY}
