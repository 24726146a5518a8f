"""RabbitMQ's management API: readiness, virtual hosts and what tests want to know about queues."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Management:
    """The API of one node, as one user."""

    url: str
    user: str
    password: str

    def is_ready(self) -> bool:
        """Whether the node takes connections, with no alarm in force: this API answers a moment earlier."""
        return self._succeeds("health/checks/local-alarms") and self._succeeds("health/checks/protocol-listener/amqp")

    def answers(self) -> bool:
        """Whether the API is there for this user."""
        return self._succeeds("whoami")

    def create_vhost(self, name: str) -> None:
        """Make a virtual host, with all permissions for this user."""
        self._call("PUT", f"vhosts/{quote(name, safe='')}")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self._call("PUT", f"permissions/{quote(name, safe='')}/{quote(self.user, safe='')}", rights)

    def delete_vhost(self, name: str) -> None:
        """Drop a virtual host with its queues and messages."""
        self._call("DELETE", f"vhosts/{quote(name, safe='')}")

    def close_connections(self, vhost: str) -> int:
        """Cut all connections to a virtual host that the node lists by now; how many there were."""
        held = self.get(f"vhosts/{quote(vhost, safe='')}/connections")
        for connection in held:
            self._call("DELETE", f"connections/{quote(connection['name'], safe='')}")
        return len(held)

    def get(self, path: str) -> Any:
        """The answer to `GET /api/<path>`.

        Raises:
            OSError: the node does not answer, or answers with an error.
        """
        return self._call("GET", path)

    def _succeeds(self, path: str) -> bool:
        try:
            self.get(path)
        except (OSError, ValueError):
            return False
        return True

    def _call(self, method: str, path: str, body: object = None) -> Any:
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback goes through no proxy
        with direct.open(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None
