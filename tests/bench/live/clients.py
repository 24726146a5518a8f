"""Many clients at once that do nothing but keep the bytes of their streams, and when they came."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from bench.live.reading import Heard, Piece, heard, prompt_of

_BEGIN = b"HTTP/1.1 200 "
_END = b"0\r\n\r\n"
"""The last chunk of an answer in HTTP/1.1."""
PATIENCE = 180.0
"""Seconds until a stream that has not ended is a fault."""


@dataclass(frozen=True)
class Target:
    """Where streams come from."""

    origin: str
    path: str
    headers: Mapping[str, str]

    def request(self, number: int) -> bytes:
        """The text that the number stands for, as a stream."""
        body = msgspec.json.encode({"prompt": prompt_of(number), "execution_mode": "sync"})
        headers = {
            "Host": urlsplit(self.origin).netloc,
            "Accept": "text/event-stream",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body


class _Client(asyncio.Protocol):
    """One request on one connection. A Protocol, because streams of asyncio cost twice as much."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.began = 0.0
        self.ended = asyncio.get_running_loop().create_future()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self, request: bytes) -> None:
        assert isinstance(self._transport, asyncio.WriteTransport)
        self.began = time.time()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not self.pieces and not data.startswith(_BEGIN):
            raise SystemExit(f"a client was refused: {data.decode()}")
        self.pieces.append(Piece(time.time(), data))
        if data.endswith(_END):
            self._end()

    def connection_lost(self, _error: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(time.time())

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()


class Crowd:
    """Clients that are connected already, and then ask all at once."""

    def __init__(self, target: Target, clients: Sequence[_Client]) -> None:
        self._target = target
        self._clients = clients

    @classmethod
    async def gathered(cls, target: Target, count: int) -> "Crowd":
        address, loop = urlsplit(target.origin), asyncio.get_running_loop()
        host, port = address.hostname or "", address.port or 80
        found = [await loop.create_connection(_Client, host, port) for _ in range(count)]
        return cls(target, [client for _, client in found])

    async def listen(self) -> None:
        """From the requests to the end of all streams."""
        for number, client in enumerate(self._clients):
            client.ask(self._target.request(number))
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(client.ended for client in self._clients))
        for client in self._clients:
            client.close()

    def heard(self) -> list[Heard]:
        """What they saw, put together after the load."""
        return [
            heard(number, client.began, client.ended.result(), client.pieces)
            for number, client in enumerate(self._clients)
        ]
