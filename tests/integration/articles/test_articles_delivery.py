"""An article over real processes: what its client gets, and what those see who watch."""

import asyncio
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec

from integration.articles.desk import STEPS, Desk

ORDER = ["waiting", "preparing", "headings", "section", "image", "summary", "meta", "faq", "saving", "completed"]
SEEN = ORDER[2:8]
"""Steps that take long enough to be seen."""


async def test_an_article_with_images_completes_and_is_paid_once(desk: Desk) -> None:
    await desk.system.start_worker()
    article_id = await desk.submit()
    made = await desk.is_(article_id, "completed")
    assert [bool(section["text"]) for section in made["sections"]] == [True] * 5
    assert [section["image"] is not None for section in made["sections"]] == [True, True, False, False, False]
    assert "green tea" in made["sections"][0]["heading"].lower()
    assert len({section["heading"] for section in made["sections"]}) == 5
    assert (len(made["faq"]), made["json_ld"]["@type"]) == (3, "FAQPage")
    assert made["meta"]["slug"]
    picture = await desk.get(made["sections"][0]["image"]["url"])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    page = await desk.get(f"/v1/articles/{article_id}", format="html")
    assert page.text.count("<img ") == 2
    job = (await desk.get(f"/v1/jobs/{article_id}")).json()
    assert {step["name"] for step in job["steps"]} == set(STEPS)
    assert all(step["usage"]["calls"] == 1 for step in job["steps"])
    assert made["usage"]["calls"] == len(STEPS)
    assert await desk.calls(article_id) == dict.fromkeys(STEPS, 1)
    await desk.system.check([article_id])


async def test_progress_never_goes_back_and_jumps_over_no_step(desk: Desk) -> None:
    await desk.system.provider.behaves(latency_ms=300, latency_jitter=100)
    await desk.system.start_worker()
    article_id = await desk.submit()
    told, polled = await asyncio.gather(events_of(desk, article_id), trace_of(desk, article_id))
    assert told[-1][0] == "result"
    progress = [data for name, data in told if name == "progress"]
    for trace in (progress, polled):
        codes = [each["message_code"] for each in trace]
        steps = list(dict.fromkeys(codes))
        assert [ORDER.index(code) for code in codes] == sorted(ORDER.index(code) for code in codes), codes
        assert [step for step in steps if step in SEEN] == SEEN
        percents = [each.get("percent", each.get("progress")) for each in trace]
        known = [percent for percent in percents if percent is not None]
        assert known == sorted(known)
        assert known[-1] >= 90
    for before, after in pairwise(polled):
        for sort, (done, of) in before["counts"].items():
            assert after["counts"][sort][0] >= done
            assert after["counts"][sort][1] == of
    assert polled[-1]["counts"] == {"section": [5, 5], "image": [2, 2]}
    titles = [data["title"] for name, data in told if name == "part" and data["name"] == "section.1"]
    assert set(titles) == {polled[-1]["parts"][0]["title"]}
    states = [data.get("state", "waiting") for name, data in told if name == "part" and data["name"] == "section.5"]
    assert states == ["waiting", "running", "completed"]


async def test_an_article_may_lack_what_failed_when_it_was_told_so(desk: Desk) -> None:
    failure = {"status": 500, "times": None, "match": "Write section 2 of"}
    await desk.system.provider.behaves(fail=[failure])
    await desk.system.start_worker(article_part_waits="[0.05, 0.05]")
    article_id = await desk.submit(partial="allow")
    made = await desk.is_(article_id, "completed")
    assert [section["error"] is None for section in made["sections"]] == [True, False, True, True, True]
    assert (await desk.calls(article_id))["section.2"] == 3
    job = (await desk.get(f"/v1/jobs/{article_id}")).json()
    states = {step["name"]: step["state"] for step in job["steps"]}
    assert (states["section.2"], states["section.3"]) == ("failed", "completed")
    await desk.system.provider.behaves()
    assert (await desk.post(f"/v1/jobs/{article_id}/restart", {"from_step": "section.2"})).status_code == 202
    again = await desk.is_(article_id, "completed")
    assert again["sections"][1]["text"]
    assert again["sections"][0] == made["sections"][0] | {"image": again["sections"][0]["image"]}
    assert await desk.calls(article_id, 2) == dict.fromkeys(["section.2", "summary", "meta", "faq"], 1)


async def events_of(desk: Desk, article_id: UUID) -> list[tuple[str, Any]]:
    """All events of its stream, to the last."""
    found: list[tuple[str, Any]] = []
    text = (await desk.get(f"/v1/jobs/{article_id}/events")).text
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], msgspec.json.decode(fields["data"])))
    return found


async def trace_of(desk: Desk, article_id: UUID) -> list[dict[str, Any]]:
    """What a poller gets who asks again and again."""
    found: list[dict[str, Any]] = []
    while not (found and found[-1]["is_completed"]):
        found.append((await desk.get(f"/v1/jobs/{article_id}/progress")).json())
        await asyncio.sleep(0.03)
    return found
