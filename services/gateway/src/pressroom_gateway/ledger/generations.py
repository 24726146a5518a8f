"""From a client's wish to a job: the text is composed when it is asked for, so that later edits do not change it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import GENERATE_PROMPT, NOTHING, PromptInput, encode, lane_queue, service_of
from pressroom_common.ids import uuid7
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.content.composition import Composed, Ingredients
from pressroom_gateway.content.service import ContentService
from pressroom_gateway.problems import conflict, not_found

from .forms import NewGeneration, Retry
from .records import MadeJob, NewJob
from .service import Ledger


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    principal: Principal
    request_id: str
    traceparent: str
    idempotency_key: str | None = None
    follower: str = ""
    """The gateway process that streams the text to the client."""


class GenerationService:
    def __init__(self, content: ContentService, ledger: Ledger) -> None:
        self._content = content
        self._ledger = ledger

    async def submit(self, wish: NewGeneration, origin: Origin, sync_until: datetime | None = None) -> MadeJob:
        """Returns once the job stands. A repeated request gets its first answer, whatever the prompt is by now.

        `sync_until`: a client waits until then. Raises Problem, Unavailable.
        """
        tenant_id, key = origin.principal.tenant_id, origin.idempotency_key
        fingerprint = _fingerprint(wish) if key else None
        if key and fingerprint:
            made = await self._ledger.made_before(tenant_id, key, fingerprint)
            if made is not None:
                return made
        composed = await self._content.compose(tenant_id, ingredients(wish))
        return await self._ledger.submit(new_job(wish, composed, origin, fingerprint, sync_until))

    async def repeat(self, job_id: UUID, edits: Retry, origin: Origin) -> MadeJob:
        """A new job from the input of one that is over. Raises Problem, Unavailable."""
        key = origin.idempotency_key
        fingerprint = _fingerprint(edits, str(job_id)) if key else None
        if key and fingerprint:
            made = await self._ledger.made_before(origin.principal.tenant_id, key, fingerprint)
            if made is not None:
                return made
        found = await self._ledger.input_of(origin.principal.tenant_id, job_id)
        if found is None:
            raise not_found("job")
        if found.kind != GENERATE_PROMPT:
            raise conflict("Only a generation can be repeated with edits. Without a body this job is tried again.")
        if not found.over:
            raise conflict("The job is not over yet. Cancel it first, or change its time or lane by PATCH.")
        if found.unfilled and edits.prompt is None:
            raise conflict("The job never got what others were to make for its text. Retry those, or give a prompt.")
        text = _prompt_input.decode(found.input)
        edited = replace(text, prompt=edits.prompt or text.prompt, model=edits.model or text.model)
        lane = edits.priority or found.lane
        return await self._ledger.submit(
            NewJob(
                id=uuid7(),
                tenant_id=origin.principal.tenant_id,
                kind=GENERATE_PROMPT,
                lane=lane,
                queue=lane_queue(service_of(GENERATE_PROMPT), lane),
                execution_mode="async",
                input=Raw(encode(edited)),
                created_by=origin.principal.created_by,
                model=edited.model,
                request_id=origin.request_id,
                traceparent=origin.traceparent,
                origin_id=job_id,
                metadata=found.metadata,
                prompt_id=None if edits.prompt else found.prompt_id,
                prompt_version=None if edits.prompt else found.prompt_version,
                idempotency_key=key,
                fingerprint=fingerprint,
            )
        )


_prompt_input = msgspec.json.Decoder(PromptInput)


def ingredients(wish: NewGeneration) -> Ingredients:
    """Of its text."""
    return Ingredients(
        prompt_id=wish.prompt_id,
        prompt_text=wish.prompt,
        version=wish.prompt_version,
        label=wish.prompt_label,
        prefix="prompt_",
        variables=wish.variables,
        page_id=wish.page_id,
        additional_instructions=wish.additional_instructions,
    )


def new_job(
    wish: NewGeneration,
    composed: Composed,
    origin: Origin,
    fingerprint: str | None = None,
    sync_until: datetime | None = None,
) -> NewJob:
    """The job of a wish whose text is made."""
    model = wish.model or composed.model or ""
    schema = as_raw(wish.response_schema) or NOTHING
    return NewJob(
        id=uuid7(),
        tenant_id=origin.principal.tenant_id,
        kind=GENERATE_PROMPT,
        lane=wish.lane,
        queue=lane_queue(service_of(GENERATE_PROMPT), wish.lane),
        execution_mode="async" if sync_until is None else "sync",
        sync_until=sync_until,
        input=Raw(encode(PromptInput(prompt=composed.text, model=model, response_schema=schema))),
        created_by=origin.principal.created_by,
        model=model,
        request_id=origin.request_id,
        traceparent=origin.traceparent,
        run_at=wish.run_at,
        metadata=as_raw(wish.metadata),
        prompt_id=composed.prompt_id,
        prompt_version=composed.prompt_version,
        idempotency_key=origin.idempotency_key,
        fingerprint=fingerprint,
        follower=origin.follower,
    )


def as_raw(value: dict[str, Any] | None) -> Raw | None:
    return None if value is None else Raw(msgspec.json.encode(value))


def _fingerprint(wish: NewGeneration | Retry, of: str = "") -> str:
    """The same for the same request, however its JSON is written. `of`: what else it names."""
    return hashlib.sha256(f"{of}{wish.model_dump_json(exclude_unset=True)}".encode()).hexdigest()
