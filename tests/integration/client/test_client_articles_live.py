"""Articles by the library and the command line, from running services."""

import asyncio
import json
import os
import pty
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from integration.client.conftest import Terminal
from integration.delivery.processes import eventually
from integration.delivery.system import System
from pressroom_client import AsyncPressroom, JobProgress, Part, Pressroom, PressroomError, Progress, Result

SLOW = {"latency_ms": 400, "latency_jitter": 0}
SMALL: dict[str, Any] = {"sections": 3, "images": 1, "faq": 1}
OPTIONS = ["--sections", "3", "--images", "1", "--faq", "1"]
FAILING = {"status": 400, "times": None, "match": "Write section 2 of"}
"""For good: no try after it."""


async def test_an_article_is_written_waited_for_and_read_in_every_form(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(**SLOW)
    told: list[JobProgress] = []
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await client.articles.create("green tea", **SMALL)
        article = await client.articles.wait(made.id, interval=0.1, on_progress=told.append)
        assert article.status == "completed"
        assert (len(article.sections), len(article.faq), article.direction) == (3, 1, "ltr")
        picture = article.sections[0].image
        assert picture is not None
        assert (await client.articles.image(picture)).startswith(b"\x89PNG")
        assert (await client.articles.markdown(made.id)).startswith("# ")
        assert (await client.articles.html(made.id)).startswith("<!doctype html>")
        assert [each.title async for each in client.articles.list(limit=1)] == [article.title]
    counts = [each.counts["section"] for each in told if "section" in each.counts]
    assert counts == sorted(counts)
    assert counts[-1] == (3, 3)
    headings = next([part.title for part in each.parts] for each in told if each.parts)
    assert headings[:3] == [section.heading for section in article.sections]


def test_its_parts_and_counts_are_streamed(system: System, keys: tuple[str, str], article_worker: None) -> None:
    with Pressroom(system.origin, keys[0]) as client:
        made = client.articles.create("green tea", **SMALL)
        events = list(client.articles.events(made.id))
    assert isinstance(events[-1], Result)
    texts = [each for each in events if isinstance(each, Part) and each.text]
    assert {each.name for each in texts} >= {"section.1", "section.2", "section.3"}
    assert any(each.counts.get("section", (0, 0))[1] == 3 for each in events if isinstance(each, Progress))


@pytest.fixture
async def article_worker(system: System) -> None:
    await system.start_worker()
    await system.provider.behaves(**SLOW)


async def test_a_process_leaves_a_page_with_its_images(
    system: System, terminal: Terminal, article_worker: None, tmp_path: Path
) -> None:
    page, images = tmp_path / "page.html", tmp_path / "images"
    where = ["--format", "html", "--output", str(page), "--images-to", str(images)]
    process = await terminal.start("article", "green tea", *OPTIONS, *where)
    out, err = await process.communicate()
    assert (process.returncode, out) == (0, b""), err
    assert (images / "image-1.png").read_bytes().startswith(b"\x89PNG")
    assert '<img src="images/image-1.png"' in page.read_text()
    assert "/v1/files/" not in page.read_text()
    assert "green tea" in await terminal.ok("article", "list", "--limit", "1")


async def test_who_leaves_leaves_the_article_alone_and_comes_back(
    system: System, terminal: Terminal, article_worker: None
) -> None:
    process = await terminal.start("article", "green tea", *OPTIONS)
    assert process.stderr is not None
    article_id = (await process.stderr.readline()).decode().removeprefix("Article ").strip()
    assert "green tea" in await terminal.ok("article", "show", article_id)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert f"pressroom article show --wait {article_id}" in err.decode()
    text = await terminal.ok("article", "show", "--wait", article_id)
    assert text.startswith("# ")
    again = json.loads(await terminal.ok("article", "show", article_id, "--json"))
    assert again["status"] == "completed"


async def test_somebody_at_a_terminal_sees_the_step_and_its_counts(
    system: System, terminal: Terminal, article_worker: None
) -> None:
    await system.provider.behaves(latency_ms=1100, latency_jitter=0)
    seen, end = pty.openpty()
    command = [str(Path(sys.executable).parent / "pressroom"), "article", "green tea", *OPTIONS, "--json"]
    env = terminal.variables | {"TERM": "xterm", "COLUMNS": "120"}
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE, stderr=end)
    os.close(end)
    (out, _), drawn = await asyncio.gather(process.communicate(), asyncio.to_thread(everything, seen))
    assert json.loads(out)["status"] == "completed"
    assert "Planning the headings" in drawn
    assert re.search(r"Writing sections: \d of 3 · \d+ % · image \d of 1", drawn)
    assert "section 3 of 3" in drawn


async def test_what_was_left_out_is_made_by_a_restart_and_the_old_article_stays_readable(
    system: System, terminal: Terminal, article_worker: None
) -> None:
    await system.provider.behaves(fail=[FAILING])
    done = await terminal.run("article", "green tea", *OPTIONS, "--partial", "allow", "--json")
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout)
    restart = re.search(r"pressroom (restart \S+ --from-step section\.2)", done.stderr)
    assert restart is not None, done.stderr

    await system.provider.behaves(latency_ms=1500, latency_jitter=0)
    assert first["id"] in await terminal.ok(*restart[1].split())
    meanwhile = await terminal.run("article", "show", first["id"])
    assert "this is what was completed before" in meanwhile.stderr
    assert meanwhile.stdout.startswith("# ")
    text = await terminal.ok("article", "show", "--wait", first["id"])
    second = json.loads(await terminal.ok("article", "show", first["id"], "--json"))
    assert second["sections"][1]["text"] in text
    assert [second["sections"][n]["text"] == first["sections"][n]["text"] for n in range(3)] == [True, False, True]


async def test_an_attempt_that_fails_or_is_cancelled_leaves_the_last_good_article(
    system: System, keys: tuple[str, str], article_worker: None
) -> None:
    await system.provider.behaves()
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await client.articles.create("green tea", **SMALL)
        good = await client.articles.wait(made.id, interval=0.1)

        await system.provider.behaves(fail=[FAILING])
        await client.jobs.restart(made.id, from_step="section.2")
        failed = await client.articles.wait(made.id, interval=0.1)
        assert (failed.status, failed.summary) == ("failed", good.summary)

        await system.provider.behaves(latency_ms=3000, latency_jitter=0)
        await client.jobs.retry(made.id)

        async def is_worked_on() -> bool:
            return (await client.jobs.get(made.id)).status == "processing"

        await eventually(is_worked_on, "the third attempt is worked on")
        await client.jobs.cancel(made.id)
        cancelled = await client.articles.wait(made.id, interval=0.1)
        assert (cancelled.status, cancelled.summary) == ("cancelled", good.summary)
        assert (await client.articles.markdown(made.id)).startswith("# ")

        await system.provider.behaves()
        await client.jobs.restart(made.id)
        new = await client.articles.wait(made.id, interval=0.1)
        assert new.status == "completed"
        assert new.completed_at != good.completed_at
        with pytest.raises(PressroomError, match="/restart"):
            await client.jobs.retry(made.id, prompt="Write about milk")


def everything(terminal: int) -> str:
    """What is written there until nobody can write any more."""
    found = b""
    with os.fdopen(terminal, "rb", buffering=0) as file:
        try:
            while piece := file.read(4096):
                found += piece
        except OSError:  # Linux says so that the other end was closed
            pass
    return found.decode()
