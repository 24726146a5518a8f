"""Makes batches: what is wrong with which item, and then all jobs at once."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from pressroom_common.ids import uuid7
from pressroom_gateway.content.ports import ManySources
from pressroom_gateway.content.service import ContentService
from pressroom_gateway.ledger.generations import Origin, as_raw
from pressroom_gateway.ledger.records import NewBatch
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.problems import FieldError, Problem, invalid, too_large

from .drafts import Draft, Text, draft, ingredients_of, jobs_of
from .forms import NewBulk
from .graph import Item, faults
from .ports import Batches
from .reading import canonical, item_of
from .records import Batch
from .shelf import Shelf
from .submission import BatchSubmission

_PIECE = 50
"""Items that are looked at before others get their turn."""
_MOST_ERRORS = 1_000
"""Told of one request."""
ItemFault = tuple[int, FieldError]


@dataclass(frozen=True, slots=True)
class BulkLimits:
    items: int
    characters: int
    """Of all texts together."""


class BulkService:
    def __init__(self, batches: Batches, sources: ManySources, ledger: Ledger, limits: BulkLimits) -> None:
        self._submission = BatchSubmission(batches, ledger)
        self._sources = sources
        self.limits = limits

    async def make(self, bulk: NewBulk, origin: Origin) -> tuple[Batch, bool]:
        """The batch, and whether it was made by this request. A repeated one gets its first answer.

        Raises Problem with what is wrong with each item, and Unavailable.
        """
        fingerprint = hashlib.sha256(canonical(bulk)).hexdigest() if origin.idempotency_key else None
        tenant_id = origin.principal.tenant_id
        known = await self._submission.made_before(tenant_id, origin.idempotency_key, fingerprint)
        if known is not None:
            return known, False
        texts, errors = await self._texts(bulk, tenant_id)
        if errors and (bulk.on_error == "fail" or not texts):
            raise invalid(*(error for _, error in errors[:_MOST_ERRORS]))
        return await self._submission.submit(_new_batch(bulk, texts, errors, origin, fingerprint))

    async def _texts(self, bulk: NewBulk, tenant_id: UUID) -> tuple[list[Text], list[ItemFault]]:
        """Of the items that are sound by themselves and depend on sound ones only; and what is wrong with others."""
        drafts, errors = await _drafts(bulk.items)
        drafts = _without_faulty(drafts, errors)
        composed = await self._composed(drafts, tenant_id, errors)
        sound = {each.index for each in _without_faulty([text.draft for text in composed], errors)}
        return [text for text in composed if text.draft.index in sound], sorted(errors, key=lambda error: error[0])

    async def _composed(self, drafts: Sequence[Draft], tenant_id: UUID, errors: list[ItemFault]) -> list[Text]:
        shelf = Shelf(self._sources)
        await shelf.fetch(tenant_id, (each.item.page_id for each in drafts if each.item.page_id is not None))
        content = ContentService(shelf)
        texts: list[Text] = []
        room = self.limits.characters
        for number, each in enumerate(drafts):
            try:
                text = await content.compose(tenant_id, ingredients_of(each))
            except Problem as problem:
                errors += ((each.index, error) for error in _of_item(problem, each.index))
            else:
                texts.append(Text(each, text))
                room -= len(text.text)
            if room < 0:
                raise too_large(
                    f"With their prompts and variables the texts pass {self.limits.characters} characters. Send fewer "
                    "items at once."
                )
            if number % _PIECE == 0:
                await asyncio.sleep(0)
        return texts


async def _drafts(items: Sequence[Any]) -> tuple[list[Draft], list[ItemFault]]:
    """What can be read."""
    drafts: list[Draft] = []
    errors: list[ItemFault] = []
    for index, given in enumerate(items):
        item = item_of(given, index)
        if isinstance(item, list):
            errors += ((index, error) for error in item)
        else:
            drafts.append(draft(index, item))
        if index % _PIECE == 0:
            await asyncio.sleep(0)
    return drafts, errors


def _without_faulty(drafts: Sequence[Draft], errors: list[ItemFault]) -> list[Draft]:
    """Again and again: who depends on an item that is left out is left out, too. Faults join the `errors`."""
    left = list(drafts)
    while found := faults([Item(each.index, each.item.name, each.item.needs) for each in left]):
        errors += ((fault.index, FieldError(f"items.{fault.index}.{fault.field}", fault.message)) for fault in found)
        wrong = {fault.index for fault in found}
        left = [each for each in left if each.index not in wrong]
    return left


def _of_item(problem: Problem, index: int) -> list[FieldError]:
    if problem.errors:
        return [FieldError(f"items.{index}.{error.field}", error.message) for error in problem.errors]
    return [FieldError(f"items.{index}", problem.detail)]


def _new_batch(
    bulk: NewBulk, texts: Sequence[Text], errors: Sequence[ItemFault], origin: Origin, fingerprint: str | None
) -> NewBatch:
    batch_id = uuid7()
    jobs, dependencies = jobs_of(texts, origin, batch_id, bulk.priority)
    refused = [
        {"index": index, "field": error.field, "message": error.message} for index, error in errors[:_MOST_ERRORS]
    ]
    return NewBatch(
        id=batch_id,
        tenant_id=origin.principal.tenant_id,
        kind="generations",
        created_by=origin.principal.created_by,
        jobs=jobs,
        dependencies=dependencies,
        refused=Raw(msgspec.json.encode(refused)),
        name=bulk.name,
        metadata=as_raw(bulk.metadata),
        idempotency_key=origin.idempotency_key,
        fingerprint=fingerprint,
    )
