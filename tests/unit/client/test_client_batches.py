"""Batches: what is sent for them, how they are followed, and what the command line makes of a file."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from pressroom_client import PressroomError
from pressroom_client.cli import application
from pressroom_client.cli.bulk_file import wish_of
from unit.client.desk import desk
from unit.client.gateways import ID, Gateway, answer, event, live, problem

MADE = {"id": ID, "status": "processing", "total": 2, "errors": []}
COUNTS = {"total": 4, "status": "processing", "pending": 4}
OVER = {"total": 4, "status": "completed", "completed": 4, "percent": 100}
BATCH = {**OVER, "id": ID, "created_at": "2030-01-01T00:00Z", "created_by": "key:x"}


def run(gateway: Gateway, *arguments: str) -> Result:
    return CliRunner().invoke(application, arguments, obj=desk(gateway))


def test_a_bulk_request_can_be_repeated_and_leaves_out_what_is_not_given() -> None:
    gateway = Gateway([httpx2.ReadError("gone"), answer(202, MADE)])
    made = gateway.client().generations.bulk([{"prompt": "a"}], priority="high")
    assert (made.total, made.errors) == (2, ())
    assert json.loads(gateway.heard[1].content) == {"items": [{"prompt": "a"}], "priority": "high"}
    assert len({request.headers["Idempotency-Key"] for request in gateway.heard}) == 1


def test_failed_jobs_are_not_tried_again_twice_where_the_answer_was_lost() -> None:
    gateway = Gateway([httpx2.ReadError("gone"), answer(200, {"matched": 1, "done": 1})])
    with pytest.raises(PressroomError, match="no answer"):
        gateway.client().batches.retry_failed(ID)


def test_a_batch_is_followed_over_broken_connections_and_nothing_is_told_twice() -> None:
    half = {**COUNTS, "pending": 2, "completed": 2, "percent": 50}
    gateway = Gateway(
        [
            live(event("progress", **COUNTS), event("progress", **half), httpx2.ReadError("gone")),
            problem(503, "unavailable"),
            live(b": beat\n\n", event("progress", **half), event("result", **OVER)),
        ]
    )
    told = list(gateway.client().batches.events(ID))
    assert [counts.percent for counts in told] == [0, 50, 100]
    assert [counts.over for counts in told] == [False, False, True]
    assert len(gateway.heard) == 3


def test_a_batch_that_does_not_end_in_time_is_an_error() -> None:
    gateway = Gateway(lambda _: live(event("progress", **COUNTS), lambda: gateway.clock.sleep(6)))
    with pytest.raises(PressroomError) as caught:
        list(gateway.client().batches.events(ID, timeout=10))
    assert caught.value.code == "timed_out"


async def test_the_asynchronous_client_waits_for_the_end() -> None:
    gateway = Gateway([live(event("result", **OVER)), answer(200, BATCH)])
    async with gateway.aclient() as client:
        assert (await client.batches.wait(ID)).completed == 4


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("tea\n\ncoffee\n", {"items": [{"prompt": "tea"}, {"prompt": "coffee"}]}),
        ('{"prompt": "a"}\n{"prompt": "b"}\n', {"items": [{"prompt": "a"}, {"prompt": "b"}]}),
        ('{"prompt": "a"}\n', {"items": [{"prompt": "a"}]}),
        ('[{"prompt": "a"}]', {"items": [{"prompt": "a"}]}),
        ('{"items": [{"prompt": "a"}], "name": "N"}', {"items": [{"prompt": "a"}], "name": "N"}),
    ],
)
def test_a_file_is_json_or_lines_of_it_or_a_prompt_per_line(tmp_path: Path, text: str, wish: Any) -> None:
    file = tmp_path / "wishes"
    file.write_text(text)
    assert wish_of(file) == wish


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "wishes"
    file.write_text('{"prompt": "a"}\n{"prompt": \n')
    with pytest.raises(PressroomError, match="line 2") as caught:
        wish_of(file)
    assert caught.value.code == "bad_file"


def test_a_line_that_is_no_json_is_skipped_like_any_other_error(tmp_path: Path) -> None:
    file = tmp_path / "wishes"
    file.write_text('{"prompt": "a\u2028b"}\n\n{"prompt": \n{"prompt": "c"}\n')
    refused = {"index": 1, "field": "items.1", "message": "must be a JSON object"}
    gateway = Gateway([answer(202, {**MADE, "errors": [refused]})])
    done = run(gateway, "bulk", str(file), "--skip-errors")
    assert (done.exit_code, done.stdout) == (0, f"{ID}\n")
    assert f"{file}, line 3 is not valid JSON" in done.stderr
    items = json.loads(gateway.heard[0].content)["items"]
    assert [items[0], items[2]] == [{"prompt": "a\u2028b"}, {"prompt": "c"}]
    assert not isinstance(items[1], dict), "the gateway refuses it, and names its place"


@pytest.mark.parametrize("name", ["wishes.json", "wishes.JSON", "wishes.jsonl"])
@pytest.mark.parametrize("text", ['"x"', "7", "null"])
def test_a_file_of_json_without_items_is_refused(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(PressroomError, match="neither items nor an object with items") as caught:
        wish_of(file)
    assert caught.value.code == "bad_file"


def test_a_file_of_json_is_never_taken_for_prompts(tmp_path: Path) -> None:
    file = tmp_path / "wishes.json"
    file.write_text("tea\n")
    with pytest.raises(PressroomError, match="line 1 is not valid JSON"):
        wish_of(file)


def test_bulk_reads_standard_input() -> None:
    gateway = Gateway([answer(202, MADE)])
    done = CliRunner().invoke(application, ["bulk", "-"], obj=desk(gateway), input="tea\ncoffee\n")
    assert (done.exit_code, done.stdout) == (0, f"{ID}\n")
    assert json.loads(gateway.heard[0].content)["items"] == [{"prompt": "tea"}, {"prompt": "coffee"}]


def test_bulk_prints_the_id_and_what_was_skipped(tmp_path: Path) -> None:
    file = tmp_path / "wishes"
    file.write_text("tea\n")
    skipped = [{"index": 0, "field": "items.0.prompt", "message": "must not be blank"}]
    gateway = Gateway([answer(202, {**MADE, "errors": skipped})])
    done = run(gateway, "bulk", str(file), "--skip-errors", "--name", "Teas")
    assert (done.exit_code, done.stdout) == (0, f"{ID}\n")
    assert "items.0.prompt: must not be blank" in done.stderr
    assert json.loads(gateway.heard[0].content) == {
        "items": [{"prompt": "tea"}],
        "name": "Teas",
        "on_error": "skip",
    }


def test_bulk_waits_where_asked_and_fails_with_its_jobs(tmp_path: Path) -> None:
    file = tmp_path / "wishes"
    file.write_text("tea\n")
    failed = {**BATCH, "status": "partly_completed", "completed": 3, "failed": 1}
    gateway = Gateway([answer(202, MADE), live(event("result", **failed)), answer(200, failed)])
    done = run(gateway, "bulk", str(file), "--wait")
    assert done.exit_code == 1
    assert "4: 3 completed, 1 failed" in done.stdout
    assert "1 failed and 0 cancelled jobs" in done.stderr


def test_watch_shows_how_it_ended() -> None:
    done = run(Gateway([live(event("result", **OVER)), answer(200, BATCH)]), "batch", "watch", ID, "--json")
    assert (done.exit_code, json.loads(done.stdout)["completed"]) == (0, 4)


@pytest.mark.parametrize(("command", "told"), [("cancel", "3 jobs of 4 cancelled"), ("retry", "3 jobs of 4 tried")])
def test_what_was_done_to_its_jobs_is_told(command: str, told: str) -> None:
    done = run(Gateway([answer(200, {"matched": 4, "done": 3})]), "batch", command, ID)
    assert told in done.stdout


@pytest.mark.parametrize(("done", "told"), [(1, True), (3, False)])
def test_jobs_that_follow_another_one_are_not_missed(done: int, told: bool) -> None:
    ran = run(Gateway([answer(200, {"matched": 3, "done": done})]), "batch", "retry", ID)
    assert ("follows that one by itself" in ran.stderr) is told


def test_batches_and_their_jobs_are_listed() -> None:
    page = {"items": [BATCH], "next_cursor": None}
    assert "completed" in run(Gateway([answer(200, page)]), "batch", "list").stdout
    job = {**BATCH, "kind": "generation.prompt", "priority": "low", "attempt": 1}
    gateway = Gateway([answer(200, {"items": [job], "next_cursor": None})])
    assert ID in run(gateway, "batch", "jobs", ID, "--status", "completed").stdout
    assert gateway.heard[0].url.params["status"] == "completed"
