"""The customers of the demo: accounts at the fake Zuora, made by the gateway's API, once."""

import json
import urllib.error
import urllib.request
from typing import Any

from .errors import StackError
from .fake_zuora import demo

ANSWER_S = 30.0
CUSTOMERS = {
    "Acme": {"production": demo.ACME, "sandbox": demo.ACME_SANDBOX},
    "Globex": {"production": demo.GLOBEX},
}
"""Client ids by customer and environment."""


def ensure_customers(gateway_url: str, key: str, zuora_url: str) -> None:
    """Make those that are missing; where the fake has another address than the last time, tell the environments.

    Raises:
        StackError: the gateway does not take them; with its answer.
    """
    gateway = _Gateway(gateway_url, key)
    for name, accounts in CUSTOMERS.items():
        known = gateway.ask("GET", f"/customers?name={name}")["items"]
        if not known:
            environments = [_environment(each, client_id, zuora_url) for each, client_id in accounts.items()]
            gateway.ask("POST", "/customers", {"name": name, "environments": environments})
            continue
        for environment in known[0]["environments"]:
            if environment["client_id"] in accounts.values() and environment["base_url"] != zuora_url:
                moved = {"base_url": zuora_url, "client_secret": demo.SECRET}
                gateway.ask("PATCH", f"/environments/{environment['id']}", moved)


def _environment(name: str, client_id: str, zuora_url: str) -> dict[str, str]:
    return {"name": name, "base_url": zuora_url, "client_id": client_id, "client_secret": demo.SECRET}


class _Gateway:
    """Its Zuora routes, as a tenant's administrator; loopback goes through no proxy."""

    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/v1/zuora"
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self._url + path, data, self._headers, method=method)
        try:
            with self._direct.open(request, timeout=ANSWER_S) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as refused:
            told = refused.read().decode(errors="replace")
            raise StackError(f"The demo's Zuora customers were not made: {method} {path}: {told}") from None
        except (OSError, ValueError) as error:
            raise StackError(f"The demo's Zuora customers were not made: {method} {path}: {error}") from None
