"""Clients that ask for the planned jobs, wait for some, meddle with others, and ask again what got no answer."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from chaos.answers import AWAY, EXPECTED, NEVER, Answer, Answers, Asked
from chaos.plan import SCHEMA, Step, Wish
from chaos.streams import Streams
from chaos.system import ChaosSystem
from integration.delivery.processes import PATIENCE
from pressroom_common.contracts import TERMINAL, JobStatus
from pressroom_common.ids import uuid7

AT_A_TIME = 32
PAGE = 200
CONFLICT = 409


class Clients:
    """Of all tenants; each request goes to the next gateway in turn."""

    def __init__(self, system: ChaosSystem) -> None:
        self.answers = Answers()
        self._http = {tenant: system.clients(tenant) for tenant in system.keys}
        self._turns = itertools.count()
        self._free = asyncio.Semaphore(AT_A_TIME)
        self.streams = Streams(system)

    async def close(self) -> None:
        await asyncio.gather(*(http.aclose() for clients in self._http.values() for http in clients))
        await self.streams.close()

    async def live(self, wish: Wish) -> None:
        """Submit it, and do to it what is planned."""
        body, key = _body(wish), f"chaos-{uuid7().hex}" if wish.has_key else None
        again: Asked = "again" if wish.mode == "async" else "generate"
        if wish.mode == "stream":
            job_id = await self._stream(wish, body, key)
        else:
            job_id = await self._submit(wish, "submit" if wish.mode == "async" else "generate", body, key)
        for step in wish.steps:
            if job_id is None:
                return
            await asyncio.sleep(step.after)
            if step.kind == "again":
                await self._submit(wish, again, body, key)
            elif step.kind == "retry":
                await self._retry(wish, job_id)
            else:
                await self._ask(wish, step.kind, *_request(step, job_id))

    async def look(self, tenant: str, numbers: dict[UUID, int]) -> None:
        """See all generations of the tenant as it does itself. `numbers`: of the wishes that the jobs came from."""
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
            answer = await self._http[tenant][0].get("/v1/generations", params=query)
            page = answer.json()
            for item in page["items"]:
                self._hear(numbers.get(UUID(item["id"]), -1), "list", answer.status_code, item)
            cursor = page["next_cursor"]

    async def _stream(self, wish: Wish, body: dict[str, Any], key: str | None) -> UUID | None:
        told = await self.streams.follow(wish, body, key)
        self.answers.add(told)
        return told.job_id

    async def _submit(self, wish: Wish, asked: Asked, body: dict[str, Any], key: str | None) -> UUID | None:
        headers = {"Idempotency-Key": key} if key else {}
        return (await self._ask(wish, asked, "POST", "/v1/generations", body, headers)).job_id

    async def _retry(self, wish: Wish, job_id: UUID) -> None:
        """By hand, when it has failed or was cancelled."""
        deadline = time.monotonic() + PATIENCE
        status: JobStatus | None = None
        while status not in TERMINAL and time.monotonic() < deadline:
            await asyncio.sleep(1)
            status = (await self._ask(wish, "show", "GET", f"/v1/generations/{job_id}")).status
        if status in {"failed", "cancelled"}:
            await self._ask(wish, "retry", "POST", f"/v1/jobs/{job_id}/retry")

    async def _ask(
        self,
        wish: Wish,
        asked: Asked,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """The first answer that is not that something is away."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            http = self._next(self._http[wish.tenant])
            try:
                async with self._free:
                    answer = await http.request(method, path, json=body, headers=headers)
            except httpx2.TransportError as error:
                self.answers.unheard += _may_have_made_a_job(asked, headers) and not _never_arrived(error)
                await asyncio.sleep(0.3)
                continue
            heard = self._hear(wish.number, asked, answer.status_code, _told(asked, answer))
            if heard.code != AWAY:
                return heard
            await asyncio.sleep(0.3)
        return self._hear(wish.number, asked, NEVER, {"text": "no gateway answered"})

    def _next(self, clients: Sequence[httpx2.AsyncClient]) -> httpx2.AsyncClient:
        return clients[next(self._turns) % len(clients)]

    def _hear(self, number: int, asked: Asked, code: int, body: dict[str, Any]) -> Answer:
        is_well = code in EXPECTED[asked] or code == AWAY
        answer = Answer(
            number=number,
            asked=asked,
            code=code,
            job_id=UUID(body["id"]) if "id" in body else None,
            status=body.get("status") if "id" in body else None,
            content=body.get("content"),
            error_code=body.get("error_code"),
            text="" if is_well else str(body)[:300],
        )
        self.answers.add(answer)
        return answer


def _body(wish: Wish) -> dict[str, Any]:
    body: dict[str, Any] = {"prompt": f"Write about {wish.mark}", "priority": wish.lane}
    if wish.mode != "async":
        body["execution_mode"] = "sync"
    if wish.run_in is not None:
        body["run_at"] = _in(wish.run_in)
    if wish.has_schema:
        body["response_schema"] = SCHEMA
    return body


def _request(step: Step, job_id: UUID) -> tuple[str, str, dict[str, Any] | None]:
    if step.kind == "to lane":
        return "PATCH", f"/v1/jobs/{job_id}", {"priority": step.lane}
    if step.kind == "to time":
        return "PATCH", f"/v1/jobs/{job_id}", {"run_at": _in(step.run_in)}
    return "POST", f"/v1/jobs/{job_id}/{step.kind}", None


def _may_have_made_a_job(asked: Asked, headers: dict[str, str] | None) -> bool:
    """That nobody knows of, if its answer was lost."""
    return asked in {"submit", "generate"} and not headers


def _never_arrived(error: httpx2.TransportError) -> bool:
    return isinstance(error, httpx2.ConnectError)


def _told(asked: Asked, answer: httpx2.Response) -> dict[str, Any]:
    """The answer; of one that tells how a job ended while its client waited: which job, and how."""
    body, job_id = _json(answer), answer.headers.get("Location", "").rpartition("/")[2]
    if asked != "generate" or answer.is_success or not job_id:
        return body
    status = "cancelled" if answer.status_code == CONFLICT else "failed"
    return {"id": job_id, "status": status, "error_code": body.get("code")}


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"text": answer.text}
    return body if isinstance(body, dict) else {"text": answer.text}
