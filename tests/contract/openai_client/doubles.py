"""Two providers that nobody has to pay: ours, and one that others wrote (`llmock`).

A client that works behind both knows the provider's API, and not its double.
"""

from typing import Any, Protocol

import aiohttp

from contract.fake_openai.control import Control

_OUR_FAULTS = {"broken": "broken_stream", "malformed": "malformed_json"}
_THEIR_FAULTS = {"broken": "disconnect", "malformed": "malformed", "stalled": "stall"}


class Double(Protocol):
    base_url: str

    async def refuse_next(self, status: int, code: str | None = None, retry_after: float | None = None) -> None: ...

    async def break_next_stream(self, how: str) -> None:
        """`how`: "broken", "malformed" or "stalled", after some of its text."""
        ...

    async def calls(self) -> list[bool]:
        """Those that came: whether they asked for a stream."""
        ...


class OurFake:
    def __init__(self, origin: str, control: Control) -> None:
        self.base_url = f"{origin}/v1"
        self._control = control

    async def refuse_next(self, status: int, code: str | None = None, retry_after: float | None = None) -> None:
        await self._control.plan(fail=[{"status": status, "code": code, "retry_after": retry_after}])

    async def break_next_stream(self, how: str) -> None:
        if how == "stalled":
            await self._control.plan(tokens_per_second=0.2)
        else:
            await self._control.plan(fail=[{"kind": _OUR_FAULTS[how]}])

    async def calls(self) -> list[bool]:
        return [call["stream"] for call in await self._control.calls()]


class LLMock:
    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self._http = http

    async def refuse_next(self, status: int, code: str | None = None, retry_after: float | None = None) -> None:
        await self._plan(type="fail", status=status, code=code, retry_after=retry_after)

    async def break_next_stream(self, how: str) -> None:
        await self._plan(type="stream_fault", kind=_THEIR_FAULTS[how], after_chunks=3, stall_seconds=5)

    async def calls(self) -> list[bool]:
        async with self._http.get("/_llmock/requests") as response:
            return [request["stream"] for request in (await response.json())["requests"]]

    async def forget(self) -> None:
        await self._post("reset", {})

    async def _plan(self, **behaviour: Any) -> None:
        await self._post("scenario", {"behaviors": [behaviour]})

    async def _post(self, what: str, body: dict[str, Any]) -> None:
        async with self._http.post(f"/_llmock/{what}", json=body) as response:
            assert response.ok, await response.text()
