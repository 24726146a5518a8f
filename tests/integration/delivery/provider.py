"""The fake provider as a test speaks to it."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import msgspec

from integration.delivery.processes import Process, eventually
from integration.delivery.rows import Heard

QUICK = {"latency_ms": 50, "latency_jitter": 20, "tokens": 20, "fail": []}


class Provider:
    """A process of its own. Its list of calls is never emptied: the checker compares it with all rows."""

    def __init__(self, folder: Path, port: int, module: str) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self._process = Process(
            "provider",
            module,
            {},
            folder,
            ["--port", str(port)],
            ready=f"{self.origin}/__fake__/health",
        )
        self._http = httpx2.AsyncClient(base_url=self.origin, timeout=30)

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    async def start(self) -> None:
        self._process.start()
        await self._process.is_ready()

    async def stop(self) -> None:
        await self._http.aclose()
        self._process.kill()

    async def behaves(self, **scenario: Any) -> None:
        """From the next call on: quick, but for what is named."""
        await self.changes(**QUICK | scenario)

    async def changes(self, **scenario: Any) -> None:
        """From the next call on; what is not named stays, and so do the failures that are still to come."""
        answer = await self._http.post("/__fake__/scenario", json=scenario)
        assert answer.status_code == 200, answer.text

    async def calls(self, outcome: str | None = None) -> list[Heard]:
        query = {} if outcome is None else {"outcome": outcome}
        answer = await self._http.get("/__fake__/calls", params=query)
        assert answer.headers["X-Calls-Dropped"] == "0"
        return msgspec.json.decode(answer.content, type=list[Heard])

    async def call(self, id_: UUID) -> Heard | None:
        return next((call for call in await self.calls() if call.client_request_id == str(id_)), None)

    async def in_flight(self, count: int) -> list[Heard]:
        """Wait until so many calls go on at once."""

        async def is_busy() -> bool:
            return len(await self.calls("in_flight")) >= count

        await eventually(is_busy, f"{count} calls in flight")
        return await self.calls("in_flight")
