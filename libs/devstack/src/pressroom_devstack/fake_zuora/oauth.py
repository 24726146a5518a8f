"""`POST /oauth/token`: client credentials against a token."""

import secrets
import uuid

from aiohttp import web

from . import errors
from .answers import Answer, json
from .gate import Visit, visiting
from .scenario import Scenario


@visiting("token")
async def token(request: web.Request, visit: Visit) -> Answer:
    """At most so many a minute for one address, right or wrong."""
    server = visit.server
    limit = server.behaviour.tokens_per_minute
    address = request.remote or ""
    if server.token_rates.count(address) > limit:
        refused = json(errors.body_of(429, "token"), 429)
        refused.headers = server.token_rates.headers(address, limit)
        return refused
    form = await request.post()
    if form.get("grant_type") != "client_credentials":
        return json(errors.common(400, "grant_type is not supported"), 400)
    account = server.accounts.get(visit.asked.client_id)
    given = str(form.get("client_secret", ""))
    if account is None or not secrets.compare_digest(given.encode(), account.spec.client_secret.encode()):
        return json(errors.unauthorized("Invalid client id or secret"), 401)
    return json(_granted(visit, visit.met.get("shape")))


def _granted(visit: Visit, short: Scenario | None) -> dict[str, object]:
    life = int(short.seconds) if short else visit.server.behaviour.token_life
    return {
        "access_token": visit.server.tokens.issue(visit.asked.client_id, life),
        "token_type": "bearer",
        "expires_in": life,
        "scope": "entity.11e643f4-a3ee-8bad-b061-0025904c57d6 platform.write service.usage.write",
        "jti": str(uuid.uuid4()),
    }
