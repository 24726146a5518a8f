"""The command line while a job goes on: the text as it comes, and what is left where it is left."""

import json

import httpx2
import pytest
from typer.testing import CliRunner, Result

from pressroom_client.cli import application
from unit.client.desk import desk
from unit.client.gateways import ACCEPTED, ID, Answer, Gateway, answer, event, live, problem

TEXT = {"id": ID, "status": "completed", "content": "Tea.\n", "priority": "high", "created_at": "2030-01-01T00:00:00Z"}
STARTED = event("status", job_id=ID, status="processing")
PROGRESS = event("progress", message="Calling the model", tokens=3, elapsed_ms=1200)
TEA = event("delta", offset=0, text="Te")
REST = event("delta", offset=2, text="a.\n")
DONE = event("result", **TEXT)
AGAIN = event("keyframe", offset=0, text="")
HANDED = event("handed_over", **ACCEPTED, handed_over=True, detail="Too long.")
FAILED = event("error", status=502, code="provider_failed", detail="Again.")
LOST = httpx2.ReadError("gone")


def run(command: str, *answers: Answer) -> Result:
    gateway = Gateway(answers)
    return CliRunner().invoke(application, command.split(), obj=desk(gateway))


def interrupted() -> None:
    raise KeyboardInterrupt


BOTH = pytest.mark.parametrize("command", ["generate tea --now", f"watch {ID}"])


@BOTH
def test_the_text_is_printed_and_nothing_else(command: str) -> None:
    done = run(command, live(STARTED, PROGRESS, TEA, LOST), live(STARTED, REST, DONE))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Tea.\n\n", "")


@BOTH
def test_the_text_is_there_before_it_is_complete(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr("pressroom_client.cli.screen.pour", printed.append)
    seen: list[str] = []
    done = run(command, live(STARTED, TEA, lambda: seen.append("".join(printed)), REST, DONE))
    assert done.exit_code == 0, done.output
    assert seen == ["Te"]
    assert "".join(printed) == "Tea.\n\n"


@BOTH
def test_a_text_that_came_before_anybody_looked_is_printed_as_well(command: str) -> None:
    assert run(command, live(STARTED, DONE)).stdout == "Tea.\n\n"


@BOTH
def test_another_text_begins_in_a_line_of_its_own(command: str) -> None:
    milk = event("delta", offset=0, text="Milk.")
    done = run(command, live(STARTED, TEA, AGAIN, milk, event("result", **TEXT | {"content": "Milk."})))
    assert (done.stdout, done.stderr) == ("Te\nMilk.\n", "The text begins again.\n")


@BOTH
def test_the_same_text_from_another_worker_goes_on_where_it_was(command: str) -> None:
    again = [event("delta", offset=n, text=letter) for n, letter in enumerate("Tea.\n")]
    done = run(command, live(STARTED, TEA, AGAIN, *again, DONE))
    assert (done.stdout, done.stderr) == ("Tea.\n\n", "")


@BOTH
def test_a_shorter_text_in_the_end_is_another_one(command: str) -> None:
    done = run(command, live(STARTED, TEA, AGAIN, event("result", **TEXT | {"content": "T"})))
    assert (done.stdout, done.stderr) == ("Te\nT\n", "The text begins again.\n")


@BOTH
def test_a_job_that_fails_is_one_line_and_exit_code_1(command: str) -> None:
    done = run(command, live(STARTED, TEA, FAILED))
    assert (done.exit_code, done.stdout) == (1, "Te\n")
    assert done.stderr == "pressroom: 502 provider_failed: Again.\n"


@BOTH
def test_a_job_that_fails_is_named(command: str) -> None:
    done = run(command, live(STARTED, event("error", job_id=ID, status=502, code="provider_failed", detail="Again.")))
    assert done.stderr == f"pressroom: 502 provider_failed: Again. (job {ID})\n"


def test_a_job_that_fails_without_a_stream_is_named_with_the_request() -> None:
    refused = problem(502, "provider_failed", "Again.", Location=f"/v1/generations/{ID}", X_Request_ID="r1")
    done = run("generate tea --now --no-stream", refused)
    assert done.stderr == f"pressroom: 502 provider_failed: Again. (job {ID}, request r1)\n"


@BOTH
def test_a_job_that_is_cancelled_is_as_well(command: str) -> None:
    done = run(command, live(STARTED, event("cancelled", job_id=ID)))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"pressroom: cancelled: {ID} cancelled: by a person or another call\n"


@BOTH
def test_a_problem_before_the_stream_is_one_line(command: str) -> None:
    done = run(command, problem(404, "not_found", "There is no such job."))
    assert (done.exit_code, done.stderr) == (1, "pressroom: 404 not_found: There is no such job.\n")


@BOTH
def test_who_leaves_is_told_that_the_job_goes_on(command: str) -> None:
    done = run(command, live(STARTED, TEA, interrupted))
    assert (done.exit_code, done.stdout) == (130, "Te\n")
    assert f"pressroom watch {ID}" in done.stderr
    assert f"pressroom cancel {ID}" in done.stderr


def test_who_leaves_before_there_is_an_answer_is_told_where_to_look() -> None:
    done = run("generate tea --now", live(interrupted))
    assert (done.exit_code, done.stdout) == (130, "")
    assert "pressroom jobs" in done.stderr


def test_who_leaves_while_the_text_is_waited_for_is_told_its_id() -> None:
    def answers(request: httpx2.Request) -> Answer:
        if request.method == "POST":
            return answer(202, ACCEPTED)
        raise KeyboardInterrupt

    done = CliRunner().invoke(application, ["generate", "tea", "--wait"], obj=desk(Gateway(answers)))
    assert (done.exit_code, done.stdout) == (130, "")
    assert done.stderr.startswith(f"The job goes on. To see how: pressroom watch {ID};")


@pytest.mark.parametrize("how", ["--wait", "--now --no-stream"])
def test_who_leaves_before_a_job_is_known_is_told_where_to_look(how: str) -> None:
    def answers(request: httpx2.Request) -> Answer:
        raise KeyboardInterrupt

    done = CliRunner().invoke(application, ["generate", "tea", *how.split()], obj=desk(Gateway(answers)))
    assert (done.exit_code, done.stdout) == (130, "")
    assert "pressroom jobs" in done.stderr


def test_what_is_handed_over_is_told_with_its_id() -> None:
    done = run("generate tea --now", live(STARTED, HANDED))
    assert (done.exit_code, done.stdout) == (75, "")
    assert done.stderr == f"Too long. Its id is {ID}.\n"


@pytest.mark.parametrize("options", ["", " --no-stream"])
def test_an_id_is_never_where_a_text_is_expected(options: str) -> None:
    handed = answer(202, ACCEPTED | {"handed_over": True, "detail": "Full."})
    done = run(f"generate tea --now{options}", handed)
    assert (done.exit_code, done.stdout, done.stderr) == (75, "", f"Full. Its id is {ID}.\n")


def test_what_is_handed_over_after_a_piece_of_the_text_is_no_success_either() -> None:
    done = run("generate tea --now", live(STARTED, TEA, HANDED))
    assert (done.exit_code, done.stdout) == (75, "Te\n")
    assert ID in done.stderr


def test_what_is_handed_over_is_followed_where_asked() -> None:
    done = run("generate tea --now --wait", live(STARTED, TEA, HANDED), live(STARTED, REST, DONE))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Tea.\n\n", f"Too long. Its id is {ID}.\n")


def test_what_is_handed_over_at_once_is_followed_as_well() -> None:
    handed = answer(202, ACCEPTED | {"handed_over": True, "detail": "Full."})
    done = run("generate tea --now --wait", handed, live(STARTED, TEA, REST, DONE))
    assert (done.exit_code, done.stdout) == (0, "Tea.\n\n")


@pytest.mark.parametrize("command", ["generate tea --now --json", f"watch {ID} --json"])
def test_json_is_the_result_and_nothing_before_it(command: str) -> None:
    done = run(command, live(STARTED, TEA, event("result", **TEXT, cost=7)))
    found = json.loads(done.stdout)
    assert (found["content"], found["cost"]) == ("Tea.\n", 7)


def test_json_of_a_hand_over_is_that() -> None:
    done = run("generate tea --now --json", live(STARTED, TEA, HANDED))
    assert json.loads(done.stdout)["handed_over"] is True
    assert done.exit_code == 75


def test_json_of_a_hand_over_without_a_stream_is_that_as_well() -> None:
    done = run("generate tea --now --no-stream --json", answer(202, ACCEPTED | {"handed_over": True}))
    assert json.loads(done.stdout)["handed_over"] is True
    assert done.exit_code == 75


@pytest.mark.parametrize("command", ["generate tea --now --json --events", f"watch {ID} --json --events"])
def test_events_are_lines_of_json(command: str) -> None:
    done = run(command, live(STARTED, PROGRESS, TEA, FAILED))
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["status", "progress", "delta", "error"]
    assert done.exit_code == 1


def test_a_result_without_a_text_is_json() -> None:
    done = run(f"watch {ID}", live(STARTED, event("result", id=ID, status="completed", pages=3)))
    assert json.loads(done.stdout)["pages"] == 3


def test_watching_ends_when_told() -> None:
    def beat() -> None:
        gateway.clock.sleep(15)

    gateway = Gateway([live(STARTED, *[beat, b": beat\n\n"] * 9)])
    done = CliRunner().invoke(application, ["watch", ID, "--timeout", "20"], obj=desk(gateway))
    assert (done.exit_code, done.stderr[:20]) == (1, "pressroom: timed_out")


def test_without_a_stream_the_text_comes_as_a_whole() -> None:
    gateway = Gateway([answer(200, TEXT)])
    done = CliRunner().invoke(application, ["generate", "tea", "--now", "--no-stream"], obj=desk(gateway))
    assert done.stdout == "Tea.\n\n"
    assert gateway.heard[0].headers["Accept"] != "text/event-stream"
