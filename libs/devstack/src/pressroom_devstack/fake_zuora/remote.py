"""A fake Zuora in a process of its own, as a test drives it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import msgspec

from .account import AccountSpec
from .calls import Call, Log
from .changes import Change, Op
from .scenario import Behaviour, Kind, Scenario
from .truth import Truth

ANSWER_S = 60.0
_STOP_S = 5.0
Answered = TypeVar("Answered")


class FakeZuora:
    """`origin` is the base URL of all accounts. Every call is checked: a wrong wish raises ValueError."""

    def __init__(self, origin: str, http: aiohttp.ClientSession) -> None:
        self.origin = origin
        self._http = http

    @classmethod
    @asynccontextmanager
    async def started(cls, *options: str) -> "AsyncIterator[FakeZuora]":
        """A process on a free loopback port, without the demo's accounts; ended with the context."""
        command = [sys.executable, "-m", "pressroom_devstack.fake_zuora", "--port", "0", "--empty", "--tethered"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, *options, stdin=pipe, stdout=pipe, start_new_session=True
        )
        try:
            assert process.stdout is not None
            line = await process.stdout.readline()
            origin = line.decode().split()[-1]
            async with aiohttp.ClientSession(origin, timeout=aiohttp.ClientTimeout(ANSWER_S)) as http:
                yield cls(origin, http)
        finally:
            await _end(process)

    async def seed(self, *accounts: AccountSpec) -> dict[str, list[int]]:
        """Accounts beside those that there are; one that is seeded again begins anew. Their workflows' ids."""
        return await self._post("seed", {"accounts": accounts}, dict[str, list[int]])

    async def behaves(self, *scenarios: Scenario, **fields: Any) -> None:
        """From the next call on, with these faults and no other; fields of Behaviour that are not named stay."""
        await self._post("scenario", {**fields, "scenarios": scenarios}, Any)

    async def plays(self, kind: Kind, **fields: Any) -> None:
        """One fault, and no other; fields of Scenario."""
        await self.behaves(Scenario(kind=kind, **fields))

    async def has_played(self) -> list[Scenario]:
        """The faults in force, with how many calls each has met (`hits`)."""
        return (await self.behaviour()).scenarios

    async def behaviour(self) -> Behaviour:
        """What is in force: pace, limits and faults."""
        return await self._get("scenario", Behaviour)

    async def change(self, client_id: str, *changes: Change) -> list[int]:
        """What somebody does in the account now; the workflows' ids."""
        return await self._post("change", {"client_id": client_id, "changes": changes}, list[int])

    async def do(self, client_id: str, op: Op, workflow_id: int | None = None, **fields: Any) -> int:
        """One change; fields of Change."""
        [id_] = await self.change(client_id, Change(op=op, workflow_id=workflow_id, **fields))
        return id_

    async def truth(self, client_id: str) -> Truth:
        """All workflows and tasks of an account, as they are."""
        return await self._get("truth", Truth, account=client_id)

    async def log(self, **query: str | int) -> Log:
        """`account`, `endpoint`, `since` (number of a call); `calls="false"`: the counts alone."""
        return await self._get("log", Log, **query)

    async def calls(self, endpoint: str | None = None, account: str | None = None, since: int = 0) -> list[Call]:
        """Oldest first."""
        query = {"endpoint": endpoint, "account": account, "since": since}
        return (await self.log(**{name: value for name, value in query.items() if value is not None})).calls

    async def most_at_once(self, tenant: str) -> int:
        """Calls of the tenant under way at one time, since the last reset."""
        return (await self.log(calls="false")).most_at_once.get(tenant, 0)

    async def forget_calls(self) -> None:
        """Empties the list of calls; accounts, tokens and faults stay."""
        await self._post("reset?log=only", {}, Any)

    async def reset(self) -> None:
        """No accounts, no faults, no calls: as at the start."""
        await self._post("reset", {}, Any)

    async def _get(self, what: str, type_: type[Answered], **query: str | int) -> Answered:
        async with self._http.get(f"/__fake__/{what}", params=query) as response:
            return await _decoded(response, type_)

    async def _post(self, what: str, body: Any, type_: type[Answered]) -> Answered:
        async with self._http.post(f"/__fake__/{what}", data=msgspec.json.encode(body)) as response:
            return await _decoded(response, type_)


async def _decoded(response: aiohttp.ClientResponse, type_: type[Answered]) -> Answered:
    body = await response.read()
    if response.status != 200:
        raise ValueError(f"the fake Zuora answered {response.status}: {body.decode(errors='replace')}")
    return msgspec.json.decode(body, type=type_)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
