"""`/v1/generations`."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Unpack
from uuid import UUID

from pressroom_client.batch_models import BulkAccepted
from pressroom_client.events import Event
from pressroom_client.following import Following
from pressroom_client.messages import EVENT_STREAM, Call, given, idempotency, path, read
from pressroom_client.models import Accepted, Generation, HandedOver, Priority
from pressroom_client.wishes import TextWish

from .session import AsyncSession
from .streams import follow_events

ANSWER_SECONDS = 15.0
"""What the gateway has beyond the time that it may take to wait for a text."""


class AsyncGenerations:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        prompt: str | None = None,
        *,
        run_at: datetime | None = None,
        idempotency_key: str | None = None,
        **wish: Unpack[TextWish],
    ) -> Accepted:
        """Ask for a text, from `prompt` or from a stored one; the job goes on by itself, from `run_at` on.

        However often the request has to be sent, one job is made: `idempotency_key`, else one made here, sees to it.
        """
        body = given(prompt=prompt, run_at=run_at, **wish)
        call = Call("POST", path("generations"), body=body, headers=idempotency(idempotency_key))
        return await self._session.ask(Accepted, call)

    async def bulk(
        self,
        items: Iterable[Mapping[str, Any]],
        *,
        name: str | None = None,
        priority: Priority | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_error: Literal["fail", "skip"] | None = None,
        idempotency_key: str | None = None,
    ) -> BulkAccepted:
        """Ask for up to 1,000 texts at once, and follow them as `batches`. An item has the fields of `create`, and
        `name`, `depends_on` and `on_failure`; a variable may be `{"from": name}`, the text of another item.

        One wrong item, and nothing is made: PressroomError names it. With `on_error="skip"` the others are made.
        """
        body = given(items=list(items), name=name, priority=priority, metadata=metadata, on_error=on_error)
        headers = idempotency(idempotency_key)
        return await self._session.ask(
            BulkAccepted, Call("POST", path("generations", "bulk"), body=body, headers=headers)
        )

    async def generate(
        self,
        prompt: str | None = None,
        *,
        wait: int = 60,
        idempotency_key: str | None = None,
        **wish: Unpack[TextWish],
    ) -> Generation | HandedOver:
        """The finished text; or after `wait` seconds (at most the gateway's own) word that the same job goes on.

        While it waits, an error of the provider is final: PressroomError with its code, `provider_failed` say.
        """
        body = given(prompt=prompt, execution_mode="sync", **wish)
        headers = idempotency(idempotency_key) | {"Prefer": f"wait={wait}"}
        call = Call("POST", path("generations"), body=body, headers=headers, seconds=wait + ANSWER_SECONDS)
        response = await self._session.send(call)
        return read(Generation, response) if response.status_code == 200 else read(HandedOver, response)

    def stream(
        self,
        prompt: str | None = None,
        *,
        wait: int = 60,
        idempotency_key: str | None = None,
        follow: bool = False,
        timeout: float | None = None,
        **wish: Unpack[TextWish],
    ) -> AsyncGenerator[Event, None]:
        """The text as it comes: like `generate`, in events. The last is the result, or says why there is none.

        A connection that breaks is replaced by one to the same job: see `jobs.events`, also for `timeout`. `follow`: go
        on after the hand-over. Raises PressroomError for a wish that is refused; a job that fails ends with `Failed`.
        """
        body = given(prompt=prompt, execution_mode="sync", **wish)
        headers = {**idempotency(idempotency_key), **EVENT_STREAM, "Prefer": f"wait={wait}"}
        call = Call("POST", path("generations"), body=body, headers=headers)
        return follow_events(self._session, Following(through=follow), call, timeout)

    async def get(self, generation_id: UUID | str) -> Generation:
        return await self._session.ask(Generation, Call("GET", path("generations", generation_id)))

    def list(
        self, *, status: str | None = None, execution_mode: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Generation]:
        """Newest first; all, or `limit` of them."""
        query = {"status": status, "execution_mode": execution_mode}
        return self._session.pages(Generation, path("generations"), query, limit)
