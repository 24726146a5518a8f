"""Sync mode of `POST /v1/generations`: the finished generation or a stream of it, an error, or the hand-over."""

import asyncio
import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.ledger.answers import generation, handed_over
from pressroom_gateway.ledger.forms import NewGeneration
from pressroom_gateway.ledger.generations_http import Submit
from pressroom_gateway.ledger.records import MadeJob

from .ending import problem_of
from .frames import RETRY, frame, position_id
from .stream import EVENT_STREAM, Streams, gone
from .sync import TOO_LONG, SyncRequests


class GenerateNow:
    """`name` is this process's: streamed jobs are followed under it."""

    def __init__(self, requests: SyncRequests, streams: Streams, name: str) -> None:
        self._requests = requests
        self._streams = streams
        self._name = name

    async def __call__(self, request: Request, wish: NewGeneration, principal: Principal, submit: Submit) -> Response:
        """Raises Problem, also for a generation that failed while the client waited."""
        streamed = EVENT_STREAM in request.headers.get("accept", "")
        seconds = self._requests.wait_seconds(wait_of(request.headers.get("prefer")))
        with ExitStack() as resources:
            refusal = resources.enter_context(self._requests.admitted(principal.tenant_id))
            if refusal is not None:
                made = await submit(wish, None, "")
                detail = f"{refusal} The generation goes on in the background."
                return _handed_over(made.id, made.status, detail, streamed=streamed)
            made = await submit(wish, datetime.now(UTC) + timedelta(seconds=seconds), self._name if streamed else "")
            if streamed:
                return await self._stream(request, made, principal, seconds, resources.pop_all())
            return await self._answer(request, made, principal.tenant_id, seconds)

    async def _answer(self, request: Request, made: MadeJob, tenant_id: UUID, seconds: float) -> Response:
        live = self._requests.live
        leaving = asyncio.create_task(gone(request.receive))
        try:
            with live.watching(made.id) as watch, self._requests.wait(watch, seconds) as wait:
                leaving.add_done_callback(lambda _: watch.bell.set())
                if made.repeated:  # it may be over long since
                    live.heard([made.id])
                job = await wait.result(tenant_id, leaving)
        finally:
            leaving.cancel()
        if isinstance(job, str):
            return _handed_over(made.id, job, TOO_LONG, streamed=False)
        if job.status != "completed":
            raise problem_of(job)
        return Response(generation(job).model_dump_json(), headers=_location(job.id), media_type="application/json")

    async def _stream(
        self, request: Request, made: MadeJob, principal: Principal, seconds: float, resources: ExitStack
    ) -> Response:
        with resources:  # until the stream has them
            watch = resources.enter_context(self._requests.live.listening(made.id, known=made.out))
            wait = resources.enter_context(self._requests.wait(watch, seconds))
            self._requests.live.heard([made.id])
            headers = ((b"location", _location(made.id)["Location"].encode()),)
            return self._streams.open(request, watch, principal, resources.pop_all(), wait=wait, headers=headers)


def wait_of(prefer: str | None) -> float | None:
    """Seconds of the header `Prefer: wait=N` (RFC 7240)."""
    found = re.search(r"(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])", prefer or "")
    return float(found[1]) if found else None


def _handed_over(job_id: UUID, status: Any, detail: str, *, streamed: bool) -> Response:
    body = handed_over(job_id, status, detail).model_dump_json().encode()
    if not streamed:
        return Response(body, 202, headers=_location(job_id), media_type="application/json")
    position = position_id(1, 0, 0, 0)
    told = frame(b"status", position, {"job_id": job_id, "status": status})
    return Response(RETRY + told + frame(b"handed_over", position, body), 200, _location(job_id), EVENT_STREAM)


def _location(job_id: UUID) -> dict[str, str]:
    return {"Location": f"/v1/generations/{job_id}"}
