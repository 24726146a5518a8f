"""Articles whose generator is killed, that are cancelled, and that are restarted: at every step in turn."""

from collections import Counter
from typing import Any

import pytest

from integration.articles.desk import STEPS, Desk
from pressroom_common.contracts import GENERATE_ARTICLE, redone

TURNS = ("headings", "section.1", "section.5", "image.1", "image.2", "summary", "meta", "faq")
PARALLEL = 4
_PROMPTS = {
    "headings": "Plan an article",
    "section": "Write section {number} of",
    "image": "A picture for an article",
    "summary": "Sum this article up",
    "meta": "Describe the page",
    "faq": "questions that readers of this article ask",
}


def held(step: str) -> dict[str, Any]:
    """A provider that does not answer this step, however long somebody takes to look: both images, or one section."""
    sort, _, number = step.partition(".")
    match = _PROMPTS[sort].format(number=number)
    return {"fail": [{"status": 500, "latency_ms": 600_000, "match": match, "times": None}]}


@pytest.mark.parametrize("step", TURNS)
async def test_a_generator_killed_at_a_step_costs_at_most_the_calls_in_flight(desk: Desk, step: str) -> None:
    await desk.system.provider.behaves(**held(step))
    dead = await desk.system.start_worker("generator-1", article_parallel=PARALLEL)
    article_id = await desk.submit()
    await desk.is_at(article_id, step)
    dead.kill()
    lost = await desk.open_calls(article_id)
    stored = await desk.stored(article_id)

    await desk.system.provider.behaves()
    await desk.system.start_worker("generator-1", article_parallel=PARALLEL)
    made = await desk.is_(article_id, "completed")

    assert all(section["text"] for section in made["sections"])
    calls = await desk.calls(article_id)
    assert step in lost
    assert {name for name, count in calls.items() if count > 1} <= lost
    assert calls.total() <= len(STEPS) + len(lost)
    assert all(calls[name] == 1 for name in stored)
    assert await desk.stored(article_id) == set(STEPS)
    rows = await desk.system.check([article_id])
    assert rows.jobs[article_id].attempt == 1


@pytest.mark.parametrize("step", TURNS)
async def test_an_article_cancelled_at_a_step_buys_no_further_one(desk: Desk, step: str) -> None:
    await desk.system.provider.behaves(**held(step))
    await desk.system.start_worker(article_parallel=PARALLEL)
    article_id = await desk.submit()
    await desk.is_at(article_id, step)
    assert (await desk.post(f"/v1/jobs/{article_id}/cancel")).status_code == 202
    await desk.is_(article_id, "cancelled")
    rows = await desk.system.check([article_id])
    calls = await desk.calls(article_id)
    assert max(calls.values()) == 1
    after = {name for name in STEPS if STEPS.index(name) > STEPS.index(step) + PARALLEL}
    assert not after & calls.keys()
    assert [entry.status for entry in rows.log[article_id]][-1] == "cancelled"


async def test_a_cancelled_article_that_is_restarted_pays_only_for_what_it_lacks(desk: Desk) -> None:
    await desk.system.provider.behaves(**held("summary"))
    await desk.system.start_worker()
    article_id = await desk.submit()
    await desk.is_at(article_id, "summary")
    assert (await desk.post(f"/v1/jobs/{article_id}/cancel")).status_code == 202
    await desk.is_(article_id, "cancelled")
    await desk.system.provider.behaves()
    assert (await desk.post(f"/v1/jobs/{article_id}/retry")).status_code == 202
    await desk.is_(article_id, "completed")
    assert await desk.calls(article_id, 2) == dict.fromkeys(["summary", "meta", "faq"], 1)
    await desk.system.check([article_id])


async def test_a_restart_does_again_the_step_and_what_builds_on_it_and_nothing_else(desk: Desk) -> None:
    await desk.system.start_worker()
    article_id = await desk.submit()
    await desk.is_(article_id, "completed")
    turns = ("headings", "section", "section.3", "image", "image.2", "summary", "meta", "faq", None)
    for attempt, step in enumerate(turns, 2):
        answer = await desk.post(f"/v1/jobs/{article_id}/restart", {"from_step": step})
        assert answer.status_code == 202, answer.text
        await desk.is_(article_id, "completed")
        job = (await desk.get(f"/v1/jobs/{article_id}")).json()
        assert job["attempt"] == attempt
        again = redone(GENERATE_ARTICLE, step)
        expected = [name for name in STEPS if name in again or name.partition(".")[0] in again]
        assert await desk.calls(article_id, attempt) == Counter(expected), step
        attempts = {each["name"]: each["attempt"] for each in job["steps"]}
        assert {name for name, by in attempts.items() if by == attempt} == set(expected)
    refused = await desk.post(f"/v1/jobs/{article_id}/restart", {"from_step": "saving"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "from_step")
