"""`python -m integration.delivery.doomed_worker`: the real generator, which kills itself where `DOOM` says.

It is wired by the generator's own `create_app`; only the adapters behind its ports are wrapped. The parent forks one
process per life, as a supervisor would start them, and one more that lives on.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from types import FrameType
from typing import Any
from uuid import UUID

import aiohttp
import msgspec

from integration.delivery.doom import Doom, Fate
from pressroom_common.broker import Delivery
from pressroom_common.serving import serve
from pressroom_common.telemetry import configure_logs
from pressroom_common.worker import Call
from pressroom_common.worker import app as wiring
from pressroom_common.worker.records import Bill, CallRecord, Claim, Outcome, RunRow
from pressroom_common.worker.repository import PostgresRuns
from pressroom_generator import main as generator
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import Completion
from pressroom_generator.settings import Settings


def doomed_runs(fate: Fate) -> type[PostgresRuns]:
    class DoomedRuns(PostgresRuns):
        async def claim(self, claims: Sequence[Claim]) -> list[RunRow | None]:
            if fate.is_due("before the claim", len(claims)):
                fate.end()
            rows = await super().claim(claims)
            if fate.is_due("after the claim", sum(row is not None for row in rows)):
                fate.end()
            return rows

        async def record_calls(self, calls: Sequence[CallRecord]) -> list[bool]:
            fate.in_flight |= {call.id for call in calls}
            return await super().record_calls(calls)

        async def conclude(self, ends: Sequence[tuple[Outcome, Sequence[Bill]]]) -> list[RunRow | None]:
            rows = await super().conclude(ends)
            for (_, bills), row in zip(ends, rows, strict=True):
                if row is not None:
                    fate.in_flight -= {bill.id for bill in bills}
            if fate.is_due("after the result's commit", sum(row is not None for row in rows)):
                fate.end()
            return rows

        async def bill(self, bills: Sequence[Bill]) -> list[RunRow]:
            rows = await super().bill(bills)
            fate.in_flight -= {bill.id for bill in bills}
            return rows

    return DoomedRuns


def doomed_model(fate: Fate) -> type[OpenAIModel]:
    class DoomedModel(OpenAIModel):
        async def complete(
            self,
            call: Call,
            model: str,
            prompt: str,
            schema: dict[str, Any] | None,
            on_text: Callable[[str], None] | None = None,
        ) -> Completion:
            if not fate.is_due("in the call"):
                return await super().complete(call, model, prompt, schema, on_text)
            sending = asyncio.create_task(super().complete(call, model, prompt, schema, on_text))
            await _arrived(str(self._client.base_url).removesuffix("/v1/"), call.id)
            fate.end()
            return await sending

    return DoomedModel


def doomed_ack(fate: Fate) -> Callable[[Delivery], Coroutine[Any, Any, None]]:
    ack = Delivery.ack

    async def end_or_ack(delivery: Delivery) -> None:
        if fate.is_due("before the ack"):
            fate.end()
        await ack(delivery)

    return end_or_ack


async def _arrived(provider: str, call_id: UUID) -> None:
    """Wait until the provider has the call."""
    async with aiohttp.ClientSession(provider) as http:
        while True:
            async with http.get("/__fake__/calls", params={"outcome": "in_flight"}) as answer:
                if any(call["client_request_id"] == str(call_id) for call in await answer.json()):
                    return


def live(name: str, fate: Fate | None) -> None:
    """One life, to its end."""
    os.environ["GENERATOR_NAME"] = name
    settings = Settings()
    configure_logs(settings.log_level, generator.SERVICE, name)
    if fate is not None:
        wiring.PostgresRuns = doomed_runs(fate)  # type: ignore[attr-defined]
        generator.OpenAIModel = doomed_model(fate)  # type: ignore[attr-defined]
        Delivery.ack = doomed_ack(fate)  # type: ignore[method-assign, assignment]
    serve((generator.create_app(settings).asgi, settings.host, settings.internal_port))


def main() -> None:
    doom = msgspec.json.decode(os.environ["DOOM"], type=Doom)
    for name in doom.lives:
        _wait(_fork(name, Fate(doom)))
    _wait(_fork(doom.lives[-1], None))


def _fork(name: str, fate: Fate | None) -> int:
    pid = os.fork()
    if pid == 0:
        live(name, fate)
        os._exit(0)
    return pid


def _wait(pid: int) -> None:
    """Until a life ends; a SIGTERM to the parent is meant for it, and for no later one."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
