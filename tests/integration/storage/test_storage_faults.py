"""A bucket that does not do as it should: what is worth another try, and what an operator has to see to."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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


@pytest.fixture
async def tls_port(tmp_path: Path) -> AsyncIterator[int]:
    """Of a server whose certificate nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


def self_signed(folder: Path) -> Path:
    """A file with key and certificate, for `localhost`."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "self-signed.pem"
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path


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


async def test_an_address_that_nobody_knows_is_refused(s3: S3Double) -> None:
    with pytest.raises(Refused, match="address that nobody knows"):
        await bucket_at(s3, "http://no-such-host.invalid").put(KEY, b"x", "image/png")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_a_certificate_that_is_not_to_be_trusted_is_refused(s3: S3Double, tls_port: int, name: str) -> None:
    with pytest.raises(Refused, match="no certificate that we trust"):
        await bucket_at(s3, f"https://{name}:{tls_port}").put(KEY, b"x", "image/png")


async def test_tls_where_there_is_none_is_refused(s3: S3Double, moody: Moody) -> None:
    with pytest.raises(Refused, match="speaks no TLS"):
        await bucket_at(s3, moody.url.replace("http:", "https:")).delete("job")


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
