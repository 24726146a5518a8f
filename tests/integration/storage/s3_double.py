"""An S3 of the tests' own: moto keeps the objects, and here every signature is checked, which moto does not do for
addresses that carry theirs.
"""

import hmac
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from pressroom_common.settings import StorageSettings

KEY_ID, SECRET, REGION = "pressroom", "a secret of the tests", "eu-west-7"
_STAMP = "%Y%m%dT%H%M%SZ"
_ALLOWED = timedelta(minutes=15)
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (werkzeug's name)
        """Nothing: tests look at what was asked."""


class S3Double:
    """Serves from its making until it is stopped, on a port of its own."""

    def __init__(self) -> None:
        self._moto: Application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, name="s3")
        self.asked: list[tuple[str, str]] = []
        """Method and path of what was let in."""
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def settings(self, bucket: str = "images", **changes: Any) -> StorageSettings:
        given = {
            "s3_bucket": bucket,
            "s3_endpoint": self.url,
            "s3_region": REGION,
            "s3_access_key_id": KEY_ID,
            "s3_secret_access_key": SECRET,
            "s3_seconds": 10,
        }
        return StorageSettings.model_validate(given | changes)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _serve(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()
        refused = _fault(request)
        if refused:
            return Response(f"<Error><Code>{refused}</Code></Error>", status=403)(environ, start)
        self.asked.append((request.method, request.path))
        environ["wsgi.input"] = BytesIO(body)
        return self._moto(environ, start)


@dataclass(frozen=True)
class _Claim:
    """Who asks, and how he proves it."""

    auth: Callable[..., Any]
    credential: str
    headers: str
    stamp: str
    seconds: float
    signature: str

    def age(self) -> timedelta:
        return datetime.now(UTC) - datetime.strptime(self.stamp, _STAMP).replace(tzinfo=UTC)


def _claim(request: Request) -> _Claim | None:
    query, header = request.args, request.headers.get("Authorization")
    if "X-Amz-Signature" in query:
        names = ("Credential", "SignedHeaders", "Date", "Expires", "Signature")
        scope, signed, stamp, seconds, signature = (query[f"X-Amz-{name}"] for name in names)
        return _Claim(S3SigV4QueryAuth, scope, signed, stamp, float(seconds), signature)
    if header:
        told = dict(part.split("=", 1) for part in header.partition(" ")[2].split(", "))
        stamp = request.headers["X-Amz-Date"]
        return _Claim(
            S3SigV4Auth, told["Credential"], told["SignedHeaders"], stamp, _ALLOWED.total_seconds(), told["Signature"]
        )
    return None


def _fault(request: Request) -> str | None:
    """Why S3 would not let it in: by the specification of Signature Version 4, as botocore reads it."""
    claim = _claim(request)
    if claim is None:
        return "AccessDenied"
    key_id, _, region, service, _ = claim.credential.split("/")
    if (key_id, region, service) != (KEY_ID, REGION, "s3"):
        return "InvalidAccessKeyId"
    if not -_ALLOWED < claim.age() < timedelta(seconds=claim.seconds):
        return "RequestExpired"
    return None if hmac.compare_digest(_signature(request, claim), claim.signature) else "SignatureDoesNotMatch"


def _signature(request: Request, claim: _Claim) -> str:
    path = request.environ["RAW_URI"].partition("?")[0]
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "X-Amz-Signature"])
    headers = {name: request.headers[name] for name in claim.headers.split(";")}
    asked = AWSRequest(request.method, f"http://{request.host}{path}?{query}".rstrip("?"), headers, request.get_data())
    asked.context["timestamp"] = claim.stamp
    auth = claim.auth(Credentials(KEY_ID, SECRET), "s3", REGION)
    return str(auth.signature(auth.string_to_sign(asked, auth.canonical_request(asked)), asked))
