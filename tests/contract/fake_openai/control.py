"""The fake's own interface, as these tests use it."""

import asyncio
from typing import Any

import aiohttp
from openai.types.chat import ChatCompletionUserMessageParam

PROMPT = "Write a product text for a steel water bottle"


def said(prompt: str) -> list[ChatCompletionUserMessageParam]:
    return [{"role": "user", "content": prompt}]


class Control:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def plan(self, **scenario: Any) -> None:
        async with self.http.post("/__fake__/scenario", json=scenario) as response:
            assert response.status == 200, await response.text()

    async def get(self, what: str, **query: str) -> Any:
        async with self.http.get(f"/__fake__/{what}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def calls(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.get("calls", **query)
        return found

    async def only_outcome(self) -> str:
        """Of the only call, once it has ended: a server sees a client go a moment after the client has."""
        for _ in range(100):
            [call] = await self.calls()
            if call["outcome"] != "in_flight":
                return str(call["outcome"])
            await asyncio.sleep(0.02)
        raise AssertionError("the call is still in flight")
