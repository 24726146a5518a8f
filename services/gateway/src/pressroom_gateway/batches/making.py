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
from .graph import MOST_EDGES, Fault, Item, faults, followers
from .ports import Batches
from .reading import canonical, item_of, name_of
from .records import Batch
from .shelf import Shelf
from .submission import BatchSubmission

_PIECE = 50
"""Items that are looked at before others get their turn."""
_MOST_ERRORS = 1_000
"""Told of one request."""
_MOST_CHARACTERS = 500_000
"""Of all that is told of one request: it is answered, and it is kept with the batch."""
_LONGEST_MESSAGE = 2_000
"""In characters."""
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
            raise invalid(*(error for _, error in _told(errors)))
        return await self._submission.submit(_new_batch(bulk, texts, errors, origin, fingerprint))

    async def _texts(self, bulk: NewBulk, tenant_id: UUID) -> tuple[list[Text], list[ItemFault]]:
        """Of the items that are sound by themselves and depend on sound ones only; and what is wrong with others."""
        drafts, items, errors = await _drafts(bulk.items)
        _check_edges(items)
        errors += _field_errors(faults(items))
        out = _left_out(items, errors)
        composed = await self._composed([each for each in drafts if each.index not in out], tenant_id, errors)
        out = _left_out(items, errors)
        return [text for text in composed if text.draft.index not in out], sorted(errors, key=lambda error: error[0])

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


async def _drafts(given: Sequence[Any]) -> tuple[list[Draft], list[Item], list[ItemFault]]:
    """What can be read; all items, as others depend on them by their names; and what is wrong with which."""
    drafts: list[Draft] = []
    items: list[Item] = []
    errors: list[ItemFault] = []
    for index, each in enumerate(given):
        item = item_of(each, index)
        if isinstance(item, list):
            errors += ((index, error) for error in item)
            items.append(Item(index, name_of(each), ()))
        else:
            drafts.append(draft(index, item))
            items.append(Item(index, item.name, item.needs, item.fields))
        if index % _PIECE == 0:
            await asyncio.sleep(0)
    return drafts, items, errors


def _check_edges(items: Sequence[Item]) -> None:
    """Raises Problem where they have more dependencies than a batch may have, also with `on_error` skip."""
    edges = sum(len(item.needs) for item in items)
    if edges > MOST_EDGES:
        told = f"a batch may have {MOST_EDGES} dependencies at most, these items have {edges}: send fewer at once"
        raise invalid(FieldError("items", told))


def _left_out(items: Sequence[Item], errors: list[ItemFault]) -> set[int]:
    """The wrong ones, and who depends on one of them; the faults of the latter join the `errors`."""
    wrong = {index for index, _ in errors}
    found = followers(items, wrong)
    errors += _field_errors(found)
    return wrong | {fault.index for fault in found}


def _field_errors(found: Sequence[Fault]) -> list[ItemFault]:
    return [(each.index, FieldError(f"items.{each.index}.{each.field}", each.message)) for each in found]


def _told(errors: Sequence[ItemFault]) -> list[ItemFault]:
    """The first ones, as many as there is room for."""
    told: list[ItemFault] = []
    room = _MOST_CHARACTERS
    for index, error in errors[:_MOST_ERRORS]:
        message = error.message[:_LONGEST_MESSAGE]
        room -= len(error.field) + len(message)
        if room < 0:
            break
        told.append((index, FieldError(error.field, message)))
    return told


def _of_item(problem: Problem, index: int) -> list[FieldError]:
    if problem.errors:
        return [FieldError(f"items.{index}.{error.field}", error.message) for error in problem.errors]
    return [FieldError(f"items.{index}", problem.detail)]


def _new_batch(
    bulk: NewBulk, texts: Sequence[Text], errors: Sequence[ItemFault], origin: Origin, fingerprint: str | None
) -> NewBatch:
    batch_id = uuid7()
    jobs, dependencies = jobs_of(texts, origin, batch_id, bulk.priority)
    refused = [{"index": index, "field": error.field, "message": error.message} for index, error in _told(errors)]
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
