"""Tokens between services: only the right secret, the right audience and the right minute open the door."""

import base64
import time

import jwt
import pytest

from pressroom_common.service_tokens import InvalidToken, ServiceToken, sign, verify

SECRET = "a secret that both services know, and that is long enough for any of the algorithms"
TOKEN = ServiceToken(issuer="gateway", audience="monitor", tenant_id="tenant-1", role="viewer")


def of_claims(algorithm: str = "HS256", secret: str = SECRET, **changes: object) -> str:
    """A token with other claims; None: without it."""
    now = int(time.time())
    claims = {
        "iss": "gateway",
        "aud": "monitor",
        "tenant": "t",
        "role": "viewer",
        "iat": now,
        "exp": now + 60,
        **changes,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm=algorithm)


def test_what_was_signed_is_what_is_read() -> None:
    assert verify(sign(TOKEN, SECRET), SECRET, "monitor") == TOKEN


def test_a_token_lives_for_a_minute() -> None:
    claims = jwt.decode(sign(TOKEN, SECRET), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param("", id="nothing"),
        pytest.param("no.token.atall", id="no token"),
        pytest.param(of_claims(secret=SECRET[::-1]), id="another secret"),
        pytest.param(of_claims(aud="generator"), id="another audience"),
        pytest.param(of_claims(aud=None), id="no audience"),
        pytest.param(of_claims(exp=int(time.time()) - 1), id="too old"),
        pytest.param(of_claims(exp=None), id="without an end"),
        pytest.param(of_claims(iss=None), id="of nobody"),
        pytest.param(of_claims(iat=int(time.time()) + 3600), id="of the future"),
        pytest.param(of_claims(algorithm="HS512"), id="another algorithm"),
    ],
)
def test_anything_else_is_refused(encoded: str) -> None:
    with pytest.raises(InvalidToken):
        verify(encoded, SECRET, "monitor")


def test_a_token_without_a_signature_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    payload = of_claims().split(".")[1]
    with pytest.raises(InvalidToken):
        verify(f"{header}.{payload}.", SECRET, "monitor")


def test_a_changed_token_is_refused() -> None:
    header, _, signature = sign(TOKEN, SECRET).split(".")
    other = of_claims(role="super-admin").split(".")[1]
    with pytest.raises(InvalidToken):
        verify(f"{header}.{other}.{signature}", SECRET, "monitor")
