"""Short-lived signed tokens between services: who asks, for which tenant, with which role, of whom."""

import time
from dataclasses import dataclass

import jwt

_ALGORITHM = "HS256"
_LIFE_SECONDS = 60


class InvalidToken(Exception):
    """The caller is not who it should be."""


@dataclass(frozen=True)
class ServiceToken:
    issuer: str
    """The asking service."""
    audience: str
    """The service that is asked."""
    tenant_id: str
    """Empty: all tenants (for super-admins)."""
    role: str


def sign(token: ServiceToken, secret: str) -> str:
    """A JWT that holds for a minute."""
    now = int(time.time())
    claims = {
        "iss": token.issuer,
        "aud": token.audience,
        "tenant": token.tenant_id,
        "role": token.role,
        "iat": now,
        "exp": now + _LIFE_SECONDS,
    }
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def verify(encoded: str, secret: str, audience: str) -> ServiceToken:
    """Raises InvalidToken."""
    try:
        claims = jwt.decode(
            encoded, secret, algorithms=[_ALGORITHM], audience=audience, options={"require": ["exp", "iss", "aud"]}
        )
    except jwt.PyJWTError as error:
        raise InvalidToken(str(error)) from error
    return ServiceToken(claims["iss"], audience, claims.get("tenant", ""), claims.get("role", ""))
