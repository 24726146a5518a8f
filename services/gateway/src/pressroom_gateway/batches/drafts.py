"""From items to jobs that wait for one another. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from msgspec.structs import replace as with_changes

from pressroom_common.contracts import Lane, lane_queue, service_of
from pressroom_common.ids import uuid7
from pressroom_gateway.content.composition import Composed, Ingredients
from pressroom_gateway.content.templates import Value
from pressroom_gateway.ledger.generations import Origin, ingredients, new_job
from pressroom_gateway.ledger.records import Dependency, NewJob

from .forms import BulkItem, Output


@dataclass(frozen=True, slots=True)
class Draft:
    """An item that is sound."""

    index: int
    item: BulkItem
    tokens: Mapping[str, str]
    """By the names of the items whose contents take their places: nobody can guess them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A draft with its text."""

    draft: Draft
    composed: Composed


def draft(index: int, item: BulkItem) -> Draft:
    return Draft(index, item, {name: f"<output {secrets.token_hex(16)}>" for name in set(item.outputs.values())})


def ingredients_of(draft: Draft) -> Ingredients:
    """With tokens for what is not there yet."""
    given = draft.item.variables
    if given is None:
        return ingredients(draft.item)
    values: dict[str, Value] = {
        name: draft.tokens[value.of] if isinstance(value, Output) else value for name, value in given.items()
    }
    return replace(ingredients(draft.item), variables=values)


def jobs_of(texts: Sequence[Text], origin: Origin, batch_id: UUID, lane: Lane) -> tuple[list[NewJob], list[Dependency]]:
    """In the order of their ids. `lane` of those that name none. Every name that is needed is there."""
    needed = {name for text in texts for name in text.draft.item.needs}
    ids = sorted(uuid7() for _ in texts)
    jobs = [
        with_changes(_job(text, origin, batch_id, lane, needed), id=job_id)
        for job_id, text in zip(ids, texts, strict=True)
    ]
    by_name = {job.name: job.id for job in jobs if job.name is not None}
    dependencies = [
        Dependency(job_id=job.id, on_job_id=by_name[name], token=text.draft.tokens.get(name))
        for job, text in zip(jobs, texts, strict=True)
        for name in text.draft.item.needs
    ]
    return jobs, dependencies


def _job(text: Text, origin: Origin, batch_id: UUID, default: Lane, needed: set[str]) -> NewJob:
    item = text.draft.item
    job = new_job(item, text.composed, replace(origin, idempotency_key=None))
    lane = item.priority if "priority" in item.model_fields_set else default
    return with_changes(
        job,
        lane=lane,
        queue=lane_queue(service_of(job.kind), lane),
        batch_id=batch_id,
        name=item.name,
        needed=item.name in needed,
        waits_on=len(item.needs),
        on_failure=item.on_failure,
    )
