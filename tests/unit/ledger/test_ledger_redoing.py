"""Which steps a restart does again, and which it refuses: those that the job has not."""

from typing import Any
from uuid import UUID

import pytest
from msgspec import Raw
from msgspec.structs import replace

from pressroom_common.contracts import (
    GENERATE_ARTICLE,
    GENERATE_PROMPT,
    ZUORA_SYNC,
    ArticleInput,
    PromptInput,
    SyncInput,
    encode,
)
from pressroom_gateway.ledger.redoing import redo_from
from pressroom_gateway.ledger.wishes import restart
from pressroom_gateway.problems import Problem
from protocol.states import NOW, STATES

AFTER_SECTION = ("summary", "meta", "faq")


def article(**changes: Any) -> Raw:
    return Raw(encode(ArticleInput(**{"topic": "tea", "sections": 5, "images": 2, "faq": 3, **changes})))


def sync(**changes: Any) -> Raw:
    return Raw(encode(SyncInput(environment_id=UUID(int=1), **changes)))


@pytest.mark.parametrize(
    ("step", "redo"),
    [
        (None, ("headings", "section", "image", *AFTER_SECTION)),
        ("headings", ("headings", "section", "image", *AFTER_SECTION)),
        ("section", ("section", *AFTER_SECTION)),
        ("section.1", ("section.1", *AFTER_SECTION)),
        ("section.5", ("section.5", *AFTER_SECTION)),
        ("image", ("image",)),
        ("image.2", ("image.2",)),
        ("summary", ("summary", "meta")),
        ("faq", ("faq",)),
    ],
)
def test_a_step_is_done_again_with_what_builds_on_it(step: str | None, redo: tuple[str, ...]) -> None:
    assert redo_from(GENERATE_ARTICLE, article(), step) == redo


WRONG = ["section.0", "section.6", "section.99", "section.01", "image.3", "headings.1", "summary.1", "faq.1", "saving"]


@pytest.mark.parametrize("step", WRONG)
def test_a_step_that_the_article_has_not_is_refused_with_those_that_it_has(step: str) -> None:
    with pytest.raises(Problem) as refused:
        redo_from(GENERATE_ARTICLE, article(), step)
    (error,) = refused.value.errors
    assert (refused.value.status, error.field) == (422, "from_step")
    assert error.message == (
        "this job has the steps headings, section, section.1 to section.5, image, image.1 to image.2, "
        "summary, meta, faq"
    )


@pytest.mark.parametrize("step", ["image", "image.1", "faq", "section.2"])
def test_what_the_article_was_not_to_have_is_no_step_of_it(step: str) -> None:
    with pytest.raises(Problem) as refused:
        redo_from(GENERATE_ARTICLE, article(sections=1, images=0, faq=0), step)
    assert refused.value.errors[0].message == "this job has the steps headings, section, section.1, summary, meta"


def test_jobs_of_other_kinds_have_no_parts() -> None:
    prompt = Raw(encode(PromptInput(prompt="x")))
    assert redo_from(GENERATE_PROMPT, prompt, "text") == ("text",)
    with pytest.raises(Problem):
        redo_from(GENERATE_PROMPT, prompt, "text.1")
    assert redo_from(ZUORA_SYNC, sync(), None) == ()
    with pytest.raises(Problem, match="from_step"):
        redo_from(ZUORA_SYNC, sync(), "section")


def test_a_sync_that_overrode_the_guard_is_not_restarted_by_those_who_may_not_override_it() -> None:
    over = replace(STATES["completed"], kind=ZUORA_SYNC)
    assert restart(over, sync(full=True), None, NOW).status == "pending"
    with pytest.raises(Problem, match="guard") as refused:
        restart(over, sync(override_guard=True), None, NOW)
    assert refused.value.status == 409


def test_a_refused_restart_leaves_the_job_over() -> None:
    over = replace(STATES["completed"], kind=GENERATE_ARTICLE)
    with pytest.raises(Problem):
        restart(over, article(), "section.99", NOW)
    assert restart(over, article(), "section.5", NOW).redo == ("section.5", *AFTER_SECTION)
