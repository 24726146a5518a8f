"""Waiting for jobs: one request for all, until all are over, and no longer than asked."""

from typing import Any

import httpx2
import pytest

from pressroom_client import JobSummary, PressroomError
from unit.client.gateways import Answer, Gateway, answer

IDS = [f"0197a1b2-0000-7000-8000-{number:012}" for number in range(3)]
LOST = httpx2.ReadError("gone")


def summary(*statuses: str) -> httpx2.Response:
    counts: dict[str, Any] = {"total": len(statuses), "completed": statuses.count("completed")}
    counts["failed"] = statuses.count("failed")
    return answer(200, counts | {"jobs": [{"id": id_, "status": s} for id_, s in zip(IDS, statuses, strict=False)]})


def test_it_ends_when_all_are_over() -> None:
    gateway = Gateway(
        [summary("pending", "retrying"), summary("completed", "processing"), summary("completed", "failed")]
    )
    seen: list[JobSummary] = []
    with gateway.client() as client:
        found = client.wait([*IDS[:2], IDS[0]], interval=3, on_progress=seen.append)
    assert (found.completed, found.failed, found.over) == (1, 1, 2)
    assert [each.over for each in seen] == [0, 1, 2]
    assert gateway.clock.slept == [3, 3]
    assert {request.url.params["ids"] for request in gateway.heard} == {",".join(IDS[:2])}


def test_it_does_not_wait_longer_than_told() -> None:
    gateway = Gateway([summary("processing", "completed")])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        client.wait(IDS[:2], timeout=10, interval=4)
    assert (caught.value.code, gateway.clock.now) == ("timed_out", 10)
    assert "1 of 2 jobs" in caught.value.detail


def test_a_job_that_does_not_exist_is_not_waited_for() -> None:
    gateway = Gateway([summary("pending")])
    with gateway.client() as client, pytest.raises(PressroomError) as caught:
        client.wait(IDS[:2])
    assert caught.value.code == "not_found"
    assert IDS[1] in caught.value.detail


def test_a_gateway_that_goes_away_meanwhile_is_waited_for() -> None:
    gateway = Gateway([summary("pending"), *[LOST] * 20, summary("completed")])
    with gateway.client(tries=2) as client:
        assert client.wait(IDS[:1]).completed == 1


@pytest.mark.parametrize("first", [LOST, answer(401, {"code": "unauthenticated", "detail": "No."})])
def test_one_that_was_never_there_is_not(first: Answer) -> None:
    gateway = Gateway([first])
    with gateway.client(tries=2) as client, pytest.raises(PressroomError) as caught:
        client.wait(IDS[:1])
    assert caught.value.code in {"unreachable", "unauthenticated"}
    assert gateway.clock.now < 2


def test_after_the_time_the_last_trouble_is_told() -> None:
    gateway = Gateway([summary("pending"), LOST])
    with gateway.client(tries=1) as client, pytest.raises(PressroomError) as caught:
        client.wait(IDS[:1], timeout=5)
    assert "unreachable" in caught.value.detail


def test_more_jobs_than_a_request_may_name_are_asked_for_in_several() -> None:
    many = [f"0197a1b2-0000-7000-8000-{number:012}" for number in range(2500)]

    def handle(request: httpx2.Request) -> httpx2.Response:
        ids = request.url.params["ids"].split(",")
        jobs = [{"id": id_, "status": "completed"} for id_ in ids]
        return answer(200, {"total": len(ids), "completed": len(ids), "jobs": jobs})

    gateway = Gateway(handle)
    with gateway.client() as client:
        found = client.wait(many)
    assert (found.total, found.completed, len(gateway.heard)) == (2500, 2500, 3)


def test_the_order_is_that_of_the_question_however_ids_are_written() -> None:
    gateway = Gateway([summary("completed", "completed")])
    with gateway.client() as client:
        found = client.wait([IDS[1].upper(), IDS[0]])
    assert [str(job.id) for job in found.jobs] == [IDS[1], IDS[0]]


def test_what_is_no_id_is_refused_before_anything_is_sent() -> None:
    gateway = Gateway([LOST])
    with gateway.client() as client, pytest.raises(PressroomError, match="An id is like"):
        client.wait(["tea"])
    assert gateway.heard == []


def test_nothing_is_over_at_once() -> None:
    gateway = Gateway([LOST])
    with gateway.client() as client:
        assert client.wait([]).total == 0
    assert gateway.heard == []


async def test_the_client_for_asyncio_waits_as_well() -> None:
    gateway = Gateway([summary("pending"), summary("completed")])
    async with gateway.aclient() as client:
        assert (await client.wait(IDS[:1])).completed == 1
    assert gateway.clock.slept == [3]
