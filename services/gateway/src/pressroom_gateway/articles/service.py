"""From a client's wish to a job of the ledger, and back to what became of it."""

import hashlib
from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.contracts import GENERATE_ARTICLE, ArticleInput, encode, lane_queue, service_of
from pressroom_common.ids import uuid7
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.records import MadeJob, NewJob
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.problems import FieldError, invalid

from .forms import NewArticle
from .ports import Briefs
from .records import Brief


class ArticleService:
    """`has_storage`: whether images can be kept here."""

    def __init__(self, ledger: Ledger, briefs: Briefs, *, has_storage: bool) -> None:
        self._ledger = ledger
        self._briefs = briefs
        self._has_storage = has_storage

    async def submit(self, wish: NewArticle, origin: Origin) -> MadeJob:
        """Returns once the job stands. Raises Problem, Unavailable."""
        if wish.image_count and not self._has_storage:
            raise invalid(FieldError("images", "this installation keeps no images; leave them out"))
        tenant_id, key = origin.principal.tenant_id, origin.idempotency_key
        fingerprint = _fingerprint(wish) if key else None
        if key and fingerprint:
            made = await self._ledger.made_before(tenant_id, key, fingerprint)
            if made is not None:
                return made
        return await self._ledger.submit(_new_job(wish, origin, fingerprint))

    async def briefs(self, tenant_id: UUID, job_ids: Collection[UUID]) -> Mapping[UUID, Brief]:
        return await self._briefs.of(tenant_id, job_ids) if job_ids else {}


def _new_job(wish: NewArticle, origin: Origin, fingerprint: str | None) -> NewJob:
    return NewJob(
        id=uuid7(),
        tenant_id=origin.principal.tenant_id,
        kind=GENERATE_ARTICLE,
        lane=wish.priority,
        queue=lane_queue(service_of(GENERATE_ARTICLE), wish.priority),
        execution_mode="async",
        input=Raw(encode(_input(wish))),
        created_by=origin.principal.created_by,
        model=wish.model or "",
        request_id=origin.request_id,
        traceparent=origin.traceparent,
        run_at=wish.run_at,
        metadata=Raw(msgspec.json.encode(wish.metadata)) if wish.metadata is not None else None,
        idempotency_key=origin.idempotency_key,
        fingerprint=fingerprint,
    )


def _input(wish: NewArticle) -> ArticleInput:
    return ArticleInput(
        topic=wish.topic,
        language=wish.language,
        keywords=tuple(wish.keywords),
        sections=wish.sections,
        images=wish.image_count,
        faq=wish.faq_count,
        tone=wish.tone or "",
        audience=wish.audience or "",
        instructions=wish.additional_instructions or "",
        model=wish.model or "",
        partial=wish.partial,
    )


def _fingerprint(wish: NewArticle) -> str:
    """The same for the same request, however its JSON is written; never that of another sort of work."""
    return hashlib.sha256(f"article{wish.model_dump_json(exclude_unset=True)}".encode()).hexdigest()
