"""A client at the other end of a stream, without a server in between."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.types import Message

from pressroom_gateway.accounts.authentication import Authenticator
from pressroom_gateway.accounts.keys import NewKey
from pressroom_gateway.accounts.last_used import LastUsed
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.live.stream import EventStream, Streams
from unit.gateway.accounts import PEPPER, KeysInMemory
from unit.live.desks import Desk
from unit.live.reading import Reader
from unit.live.watched import JOB


@dataclass
class Wire:
    """`takes` is cleared where the client reads nothing for now; `leaves` is set when it goes."""

    sent: list[Message] = field(default_factory=list)
    takes: asyncio.Event = field(default_factory=asyncio.Event)
    leaves: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.takes.set()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self.takes.wait()
        self.sent.append(message)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def text(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def finished(self) -> bool:
        """Whether the server said that nothing follows: a client sees an end, and no broken connection."""
        return self.sent[-1].get("more_body") is False

    @property
    def reader(self) -> Reader:
        """Who has read all of it; comments and times to wait are no events."""
        reader = Reader()
        for block in self.text.split(b"\n\n")[:-1]:
            if block.startswith(b"id: "):
                reader.take(block + b"\n\n")
        return reader


class Hall:
    """Streams that a gateway's live part offers, to the holder of one key."""

    def __init__(self, per_tenant: int = 10, in_all: int = 10) -> None:
        self.desk = Desk()
        self.keys = KeysInMemory()
        self.key, self.principal = self.keys.add()
        authenticator = Authenticator(self.keys, PEPPER, LastUsed(self.keys, 60), seconds=0, size=4)
        self.streams = Streams(self.desk.live, authenticator, self.desk.measures, per_tenant, in_all)

    def stream(self, resources: ExitStack | None = None, **options: Any) -> EventStream:
        """Of the job JOB."""
        resources = resources or ExitStack()
        watch = resources.enter_context(self.desk.live.listening(JOB, known=True))
        self.desk.live.heard([JOB])
        return self.streams.open(_request(self.key), watch, self.principal, resources, **options)

    def stranger(self) -> Principal:
        """Of another tenant."""
        return self.keys.add()[1]

    def begin(self, wire: Wire, stream: EventStream | None = None) -> asyncio.Task[None]:
        return asyncio.create_task((stream or self.stream())({}, wire.receive, wire.send))


def _request(key: NewKey) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", f"Bearer {key.text}".encode())]})
