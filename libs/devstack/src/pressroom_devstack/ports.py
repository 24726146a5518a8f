"""Free loopback ports, chosen once and written down, so that URLs survive a restart of the stack."""

import json
import random
import socket
from collections.abc import Container
from pathlib import Path

from .errors import StackError

LOOPBACK = "127.0.0.1"

# Below the range from which Linux takes the ports of outgoing connections: a connection never sits on a kept port.
_CANDIDATES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now (ports in TIME_WAIT count as free)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free_port(avoid: Container[int] = ()) -> int:
    """Any free port but those to avoid."""
    for candidate in random.sample(_CANDIDATES, 500):
        if candidate not in avoid and is_free(candidate):
            return candidate
    raise StackError(f"There is no free port on {LOOPBACK}.")


class PortBook:
    """The ports of one stack by name, kept in a JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        self._given: set[int] = set()

    def port(self, name: str, *, wanted: int | None = None, preferred: int | None = None) -> int:
        """The first that is free: the wanted port, the one written down for this name, the preferred one, any."""
        for candidate in (wanted, self._ports.get(name), preferred):
            if candidate is not None and self._is_available(candidate, name):
                return self._give(name, candidate)
        return self._give(name, any_free_port(avoid=self._taken(name)))

    def _is_available(self, port: int, name: str) -> bool:
        return port not in self._taken(name) and is_free(port)

    def _taken(self, name: str) -> set[int]:
        return self._given | {port for other, port in self._ports.items() if other != name}

    def _give(self, name: str, port: int) -> int:
        self._given.add(port)
        if self._ports.get(name) != port:
            self._ports[name] = port
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self._ports, indent=2, sort_keys=True) + "\n")
        return port
