"""The demo's customers are made once, and follow the fake Zuora to another address."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pressroom_devstack.demo_customers import ensure_customers
from pressroom_devstack.errors import StackError

OLD, NEW = "http://127.0.0.1:1", "http://127.0.0.1:2"
KEY = "pr_admin"


class Gateway(ThreadingHTTPServer):
    """Keeps customers as the gateway's API does, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.customers: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.secrets: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def environments(self) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for customer in self.customers for each in customer["environments"]}

    def found(self, name: str) -> dict[str, Any]:
        return {"items": [customer for customer in self.customers if customer["name"] == name]}

    def added(self, wish: dict[str, Any]) -> dict[str, Any]:
        for environment in wish["environments"]:
            self.secrets.append(environment.pop("client_secret"))
            environment["id"] = f"{wish['name']}-{environment['name']}"
        self.customers.append(wish)
        return wish

    def changed(self, id_: str, edit: dict[str, Any]) -> dict[str, Any]:
        self.secrets.append(edit.pop("client_secret"))
        environment = self.environments()[id_]
        environment.update(edit)
        return environment


class Asked(BaseHTTPRequestHandler):
    server: Gateway

    def handle_one(self) -> None:
        target = urlsplit(self.path)
        self.server.asked.append(f"{self.command} {target.path}")
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._tell(401, {"code": "invalid_api_key"})
            return
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if self.command == "GET":
            self._tell(200, self.server.found(parse_qs(target.query)["name"][0]))
        elif self.command == "POST":
            self._tell(201, self.server.added(body))
        else:
            self._tell(200, self.server.changed(target.path.rpartition("/")[2], body))

    do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 (the server's names)

    def _tell(self, status: int, value: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as made:
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        made.shutdown()


def test_two_customers_are_made_with_their_environments(gateway: Gateway) -> None:
    ensure_customers(gateway.url, KEY, OLD)

    assert {id_: each["client_id"] for id_, each in gateway.environments().items()} == {
        "Acme-production": "demo-acme",
        "Acme-sandbox": "demo-acme-sandbox",
        "Globex-production": "demo-globex",
    }
    assert {each["base_url"] for each in gateway.environments().values()} == {OLD}


def test_a_second_start_makes_nothing(gateway: Gateway) -> None:
    ensure_customers(gateway.url, KEY, OLD)
    gateway.asked.clear()

    ensure_customers(gateway.url, KEY, OLD)

    assert gateway.asked == ["GET /v1/zuora/customers"] * 2


def test_environments_follow_the_fake_to_another_address_and_others_stay(gateway: Gateway) -> None:
    ensure_customers(gateway.url, KEY, OLD)
    real = {"id": "real", "name": "real", "client_id": "mine", "base_url": "https://rest.zuora.com"}
    gateway.customers[0]["environments"].append(real)

    ensure_customers(gateway.url, KEY, NEW)

    urls = {id_: each["base_url"] for id_, each in gateway.environments().items()}
    assert urls.pop("real") == "https://rest.zuora.com"
    assert set(urls.values()) == {NEW}
    assert gateway.secrets == ["fake"] * 6


def test_a_refusal_is_told_with_the_gateways_answer(gateway: Gateway) -> None:
    with pytest.raises(StackError, match="invalid_api_key"):
        ensure_customers(gateway.url, "pr_wrong", OLD)


def test_a_gateway_that_is_away_is_told() -> None:
    with pytest.raises(StackError, match="customers were not made"):
        ensure_customers("http://127.0.0.1:9", KEY, OLD)
