"""From a client's wish to a job: the text is composed when it is asked for, so that later edits do not change it."""

import hashlib

import msgspec
from msgspec import Raw

from pressroom_common.contracts import GENERATE_PROMPT, NOTHING, PromptInput, encode
from pressroom_common.ids import uuid7
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.content.composition import Ingredients
from pressroom_gateway.content.service import ContentService

from .forms import NewGeneration
from .records import MadeJob, NewJob
from .service import Ledger


class GenerationService:
    def __init__(self, content: ContentService, ledger: Ledger) -> None:
        self._content = content
        self._ledger = ledger

    async def submit(
        self,
        principal: Principal,
        wish: NewGeneration,
        *,
        request_id: str,
        traceparent: str,
        idempotency_key: str | None = None,
    ) -> MadeJob:
        """Returns once the job stands. A repeated request gets its first answer, whatever the prompt is by now.

        Raises Problem, Unavailable.
        """
        fingerprint = _fingerprint(wish) if idempotency_key else None
        if idempotency_key and fingerprint:
            made = await self._ledger.made_before(principal.tenant_id, idempotency_key, fingerprint)
            if made is not None:
                return made
        composed = await self._content.compose(
            principal.tenant_id,
            Ingredients(
                prompt_id=wish.prompt_id,
                prompt_text=wish.prompt,
                version=wish.prompt_version,
                label=wish.prompt_label,
                variables=wish.variables,
                page_id=wish.page_id,
                additional_instructions=wish.additional_instructions,
            ),
        )
        model = wish.model or composed.model or ""
        schema = Raw(msgspec.json.encode(wish.response_schema)) if wish.response_schema is not None else NOTHING
        return await self._ledger.submit(
            NewJob(
                id=uuid7(),
                tenant_id=principal.tenant_id,
                kind=GENERATE_PROMPT,
                lane=wish.priority,
                execution_mode=wish.execution_mode,
                input=Raw(encode(PromptInput(prompt=composed.text, model=model, response_schema=schema))),
                created_by=principal.created_by,
                model=model,
                request_id=request_id,
                traceparent=traceparent,
                run_at=wish.run_at,
                metadata=Raw(msgspec.json.encode(wish.metadata)) if wish.metadata is not None else None,
                prompt_id=composed.prompt_id,
                prompt_version=composed.prompt_version,
                idempotency_key=idempotency_key,
                fingerprint=fingerprint,
            )
        )


def _fingerprint(wish: NewGeneration) -> str:
    """The same for the same request, however its JSON is written."""
    return hashlib.sha256(wish.model_dump_json(exclude_unset=True).encode()).hexdigest()
