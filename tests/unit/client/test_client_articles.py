"""Articles: what is sent for them, how they are followed, and what the command line makes of them."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from pressroom_client import ArticleImage, JobProgress, Part, PressroomError, Progress
from pressroom_client.cli import application
from pressroom_client.cli.progress_line import words
from unit.client.desk import desk
from unit.client.gateways import ACCEPTED, ID, URL, Answer, Gateway, answer, event, live, problem

PNG = b"\x89PNG\r\n\x1a\npixels"
ADDRESS = f"/v1/files/{ID}/image-1-0123456789abcdef.png"
ITEM = {"id": ID, "status": "completed", "topic": "tea", "title": "Tea", "language": "en", "priority": "default"}
MADE_AT = {"created_at": "2030-01-01T00:00:00Z", "created_by": "key:x"}
IMAGE = {"url": f"{ADDRESS}?expires=1&signature=00", "content_type": "image/png", "alt": "One"}
FAILED = {"code": "provider_failed", "detail": "Again.", "retryable": True}
SECTION = {"heading": "One", "text": "Hot.", "image": IMAGE, "error": None}
ARTICLE = {**ITEM, **MADE_AT, "direction": "ltr", "sections": [SECTION], "summary": "Short."}
WAITING = {**ITEM, **MADE_AT, "status": "processing", "title": None, "sections": []}
PROGRESS = {"job_id": ID, "status": "processing", "message": "Writing sections: 3 of 8", "progress": 40}
TEXTS = {
    "json": json.dumps(ARTICLE),
    "markdown": f"# Tea\n\n![One]({ADDRESS}?expires=2&signature=ff)\n\nHot.\n",
    "html": f'<!doctype html>\n<img src="{ADDRESS}?expires=3&amp;signature=aa" alt="One">\n',
}
DONE = event("result", **ARTICLE)
STARTED = event("status", job_id=ID, status="processing")


def desk_of(*stream: Any, shown: dict[str, Any] | None = None, **files: Answer) -> Gateway:
    """A gateway with one article, which is shown in each form, with another signature each time."""

    def handle(request: httpx2.Request) -> Answer:
        path, form = request.url.path, request.url.params.get("format")
        if request.method == "POST":
            return answer(202, ACCEPTED)
        if path.endswith("/events"):
            return live(*(stream or (STARTED, DONE)))
        if path.endswith("/progress"):
            return answer(
                200, {**PROGRESS, "parts": [{"name": "section.1", "title": "One"}], "counts": {"faq": [1, 2]}}
            )
        if path.startswith("/v1/files/"):
            return files.get("image", httpx2.Response(200, content=PNG))
        if shown is not None:
            return answer(200, shown) if form == "json" else problem(409, "conflict", "Come again.")
        return httpx2.Response(200, text=TEXTS[str(form)])

    return Gateway(handle)


def run(gateway: Gateway, *arguments: str) -> Result:
    return CliRunner().invoke(application, ["article", *arguments], obj=desk(gateway))


def interrupted() -> None:
    raise KeyboardInterrupt


def test_an_article_is_asked_for_once_however_often_that_is_sent() -> None:
    gateway = Gateway([httpx2.ReadError("gone"), answer(202, ACCEPTED)])
    made = gateway.client().articles.create("tea", images=False, faq=0, keywords=["sencha"], tone=None)
    assert str(made.id) == ID
    assert json.loads(gateway.heard[1].content) == {"topic": "tea", "images": False, "faq": 0, "keywords": ["sencha"]}
    assert len({request.headers["Idempotency-Key"] for request in gateway.heard}) == 1


def test_a_restart_is_not_sent_twice_where_its_answer_was_lost() -> None:
    gateway = Gateway([httpx2.ReadError("gone"), answer(202, ACCEPTED)])
    with pytest.raises(PressroomError, match="no answer"):
        gateway.client().jobs.restart(ID, from_step="section.3")
    assert json.loads(gateway.heard[0].content) == {"from_step": "section.3"}
    assert len(gateway.heard) == 1


@pytest.mark.parametrize("origin", [URL, "http://elsewhere"])
def test_an_image_is_read_by_its_address_alone_and_without_the_key(origin: str) -> None:
    gateway = desk_of()
    image = ArticleImage(url=f"{'' if origin == URL else origin}{IMAGE['url']}", content_type="image/png")
    assert gateway.client().articles.image(image) == PNG
    assert str(gateway.heard[0].url) == f"{origin}{IMAGE['url']}"
    assert "Authorization" not in gateway.heard[0].headers


def test_an_image_is_read_where_the_gateway_sends_its_clients_and_the_key_goes_nowhere() -> None:
    there = "http://storage/bucket/image-1.png?signature=ff"
    gateway = Gateway([answer(302, Location=there), httpx2.Response(200, content=PNG)])
    assert gateway.client().articles.image(ArticleImage.model_validate(IMAGE)) == PNG
    assert str(gateway.heard[1].url) == there
    assert not any("Authorization" in request.headers for request in gateway.heard)


def test_no_other_call_is_sent_elsewhere() -> None:
    gateway = Gateway([answer(302, Location="http://elsewhere/"), answer(200, ARTICLE)])
    with pytest.raises(PressroomError):
        gateway.client().articles.get(ID)
    assert len(gateway.heard) == 1


def test_an_address_that_has_expired_is_an_error() -> None:
    gateway = desk_of(image=problem(403, "forbidden", "It has expired."))
    with pytest.raises(PressroomError) as caught:
        gateway.client().articles.image(ArticleImage.model_validate(IMAGE))
    assert caught.value.code == "forbidden"


def test_progress_has_its_counts_and_parts() -> None:
    found = desk_of().client().jobs.progress(ID)
    assert (found.counts, found.parts[0].title, found.over) == ({"faq": (1, 2)}, "One", False)


def test_who_waits_is_told_of_changes_alone_and_a_gateway_that_is_away_is_waited_for() -> None:
    progress = answer(200, PROGRESS, ETag='"1"')
    over = answer(200, {**PROGRESS, "status": "completed"})
    shown = answer(200, ARTICLE)
    away = [problem(503, "unavailable")] * 5
    gateway = Gateway([progress, httpx2.Response(304), *away, over, shown])
    told: list[JobProgress] = []
    article = gateway.client().articles.wait(ID, on_progress=told.append)
    assert article.title == "Tea"
    assert [each.status for each in told] == ["processing", "completed"]
    assert gateway.heard[1].headers["If-None-Match"] == '"1"'


def test_progress_that_has_not_heard_of_a_restart_yet_is_not_the_end() -> None:
    over, again = answer(200, {**PROGRESS, "status": "completed"}), answer(200, {**ARTICLE, "status": "pending"})
    gateway = Gateway([over, again, answer(200, PROGRESS), over, answer(200, ARTICLE)])
    assert gateway.client().articles.wait(ID).status == "completed"
    assert len(gateway.heard) == 5


def test_who_waits_too_long_is_told_how_it_stands() -> None:
    gateway = Gateway([answer(200, PROGRESS)])
    with pytest.raises(PressroomError, match=f"After 3 s job {ID} is processing") as caught:
        gateway.client().articles.wait(ID, timeout=3)
    assert caught.value.code == "timed_out"


async def test_an_article_that_failed_is_the_end_of_a_wait_as_well() -> None:
    over = answer(200, {**PROGRESS, "status": "failed"})
    gateway = Gateway([over, answer(200, {**WAITING, "status": "failed", "error": FAILED})])
    async with gateway.aclient() as client:
        article = await client.articles.wait(ID)
    assert article.error is not None
    assert article.error.code == "provider_failed"


def test_parts_are_told_once_over_several_connections() -> None:
    planned = event("part", name="section.1", title="One")
    written = event("part", name="section.1", title="One", state="completed", text="Hot.")
    counts = event("progress", step="section", counts={"section": [1, 8]})
    gateway = Gateway([live(STARTED, planned, httpx2.ReadError("gone")), live(STARTED, planned, written, counts, DONE)])
    told = list(gateway.client().articles.events(ID))
    assert [each.state for each in told if isinstance(each, Part)] == ["waiting", "completed"]
    assert [each.counts for each in told if isinstance(each, Progress)] == [{"section": (1, 8)}]


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (
            {"step": "section", "message": "Writing sections: 3 of 8", "completed": 3, "total": 8, "percent": 40},
            "Writing sections: 3 of 8 · 40 % · image 0 of 2",
        ),
        ({"step": "summary", "message": "Summing up", "completed": 0, "total": 1}, "Summing up · section 8 of 8"),
    ],
)
def test_the_line_of_progress_names_the_step_and_counts_parts(progress: dict[str, Any], line: str) -> None:
    counts = {"section": (3, 8), "image": (0, 2)} if progress["step"] == "section" else {"section": (8, 8)}
    assert words(Progress(**progress, counts=counts)) == line


def test_a_topic_is_written_about_and_the_article_is_printed() -> None:
    gateway = desk_of()
    options = ["--sections", "3", "--images", "1", "--faq", "0", "--tone", "dry", "--partial", "allow"]
    done = run(gateway, *options, "green tea", "--keyword", "a", "--keyword", "b", "--language", "ar")
    assert (done.exit_code, done.stdout) == (0, TEXTS["markdown"])
    assert json.loads(gateway.heard[0].content) == {
        "topic": "green tea",
        "sections": 3,
        "images": 1,
        "faq": 0,
        "tone": "dry",
        "partial": "allow",
        "keywords": ["a", "b"],
        "language": "ar",
    }


@pytest.mark.parametrize("name", ["md", "markdown"])
def test_markdown_has_the_name_of_its_files_and_that_of_the_api(name: str) -> None:
    done = run(desk_of(), "tea", "--format", name)
    assert (done.exit_code, done.stdout) == (0, TEXTS["markdown"])


@pytest.mark.parametrize(
    ("arguments", "topic"), [(["write", "list"], "list"), (["--", "show"], "show"), (["tea"], "tea")]
)
def test_a_topic_may_be_called_as_a_command_is(arguments: list[str], topic: str) -> None:
    gateway = desk_of()
    assert run(gateway, *arguments).exit_code == 0
    assert json.loads(gateway.heard[0].content) == {"topic": topic}


def test_without_waiting_the_id_is_printed() -> None:
    assert run(desk_of(), "tea", "--no-wait").stdout == f"{ID}\n"
    assert json.loads(run(desk_of(), "tea", "--no-wait", "--json").stdout)["id"] == ID


def test_what_cannot_be_written_is_told_before_anything_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    gateway = desk_of()
    for wrong in (["--output", str(tmp_path)], ["--output", str(tmp_path / "no" / "x")], ["--images-to", str(file)]):
        assert run(gateway, "tea", *wrong).exit_code == 2
    assert run(gateway, "tea", "--no-wait", "--format", "md").exit_code == 2
    assert run(gateway, "tea", "--json", "--format", "md").exit_code == 2
    assert gateway.heard == []


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_images_are_kept_and_the_text_refers_to_their_files(tmp_path: Path, form: str) -> None:
    page, folder = tmp_path / "page", tmp_path / "my images"
    done = run(desk_of(), "tea", "--format", form, "--output", str(page), "--images-to", str(folder))
    assert (done.exit_code, done.stdout) == (0, "")
    assert [(each.name, each.read_bytes()) for each in folder.iterdir()] == [("image-1.png", PNG)]
    text = page.read_text()
    assert "my%20images/image-1.png" in text
    assert "signature" not in text
    assert {"md": "(my%20images/image-1.png)", "html": '"my%20images/image-1.png"', "json": '"alt": "One"'}[
        form
    ] in text


def test_an_image_that_is_gone_is_one_line(tmp_path: Path) -> None:
    done = run(desk_of(image=problem(404, "not_found", "Gone.")), "show", ID, "--images-to", str(tmp_path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "pressroom: 404 not_found: Gone." in done.stderr


def test_who_leaves_is_told_how_to_go_on() -> None:
    done = run(desk_of(STARTED, interrupted), "tea")
    assert (done.exit_code, done.stdout) == (130, "")
    assert f"pressroom article show --wait {ID}" in done.stderr
    assert f"pressroom cancel {ID}" in done.stderr


def test_an_article_that_fails_is_one_line_and_its_id_is_told() -> None:
    done = run(desk_of(STARTED, event("error", job_id=ID, status=502, code="provider_failed", detail="No.")), "tea")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Article {ID}\npressroom: 502 provider_failed: No. (job {ID})\n"


def test_what_was_left_out_is_told_with_what_makes_it() -> None:
    lacking = [
        {**SECTION, "image": None, "error": FAILED},
        {**SECTION, "text": None, "image": None, "error": FAILED},
    ]
    done = run(desk_of(shown={**ARTICLE, "sections": lacking}), "show", ID, "--json")
    assert done.exit_code == 0
    assert f"pressroom restart {ID} --from-step image.1" in done.stderr
    assert "Section 2 has no text: provider_failed: Again." in done.stderr
    assert f"pressroom restart {ID} --from-step section.2" in done.stderr


def test_an_article_that_is_not_completed_is_shown_as_far_as_it_is() -> None:
    done = run(desk_of(shown=WAITING), "show", ID)
    assert done.exit_code == 0
    for told in ("Writing sections: 3 of 8", "40 %", "1 of 2", "One (waiting)"):
        assert told in done.stdout
    refused = run(desk_of(shown=WAITING), "show", ID, "--format", "md")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "409 conflict: Come again." in refused.stderr


def test_an_article_that_is_done_once_more_is_shown_as_it_was() -> None:
    done = run(desk_of(shown={**ARTICLE, "status": "processing"}), "show", ID, "--json")
    assert json.loads(done.stdout)["summary"] == "Short."
    assert "The article is processing" in done.stderr


def test_articles_are_listed() -> None:
    gateway = Gateway([answer(200, {"items": [{**ITEM, **MADE_AT, "error": FAILED}], "next_cursor": None})])
    listed = run(gateway, "list", "--status", "failed").stdout
    assert "Tea" in listed
    assert "provider_failed" in listed
    assert gateway.heard[0].url.params["status"] == "failed"
    assert json.loads(run(gateway, "list", "--json").stdout)[0]["title"] == "Tea"


def test_a_job_is_restarted_from_a_step() -> None:
    gateway = Gateway([answer(202, ACCEPTED)])
    done = CliRunner().invoke(application, ["restart", ID, "--from-step", "section.3", "--json"], obj=desk(gateway))
    assert json.loads(done.stdout) == [{"id": ID, "status": "pending"}]
    assert json.loads(gateway.heard[0].content) == {"from_step": "section.3"}
