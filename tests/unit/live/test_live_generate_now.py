"""Sync mode as a request meets it: what is made of it, what it waits for, and how it is answered."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from pressroom_common.contracts import JobError
from pressroom_gateway.ledger.forms import NewGeneration
from pressroom_gateway.ledger.records import MadeJob
from pressroom_gateway.live.measures import SyncMetrics
from pressroom_gateway.live.stream import EventStream
from pressroom_gateway.live.sync import SyncLimits, SyncRequests
from pressroom_gateway.live.sync_http import GenerateNow
from pressroom_gateway.problems import Problem
from unit.live.clients import Hall, Wire
from unit.live.reading import Reader
from unit.live.test_live_sync import Jobs
from unit.live.watched import JOB, NOW, completed, standing, words
from unit.worker.workshop import settled, soon

WISH = NewGeneration(prompt="Write about tea", execution_mode="sync")
LOCATION = f"/v1/generations/{JOB}"
FAILED = JobError(code="provider_rejected", detail="No.", error_class="permanent")


@dataclass
class Counter:
    """Where clients of one tenant ask for texts. `repeated`: an idempotency key made the job before."""

    limits: SyncLimits = field(default_factory=SyncLimits)
    repeated: bool = False
    hall: Hall = field(default_factory=Hall)
    jobs: Jobs = field(default_factory=Jobs)
    wire: Wire = field(default_factory=Wire)
    refusal: Problem | None = None
    made: list[tuple[datetime | None, str]] = field(default_factory=list)
    """Until when each client waits, and who follows its job."""

    def __post_init__(self) -> None:
        desk = self.hall.desk
        requests = SyncRequests(self.jobs, desk.live, SyncMetrics(desk.metrics), self.limits)
        self.generate_now = GenerateNow(requests, self.hall.streams, "gateway-1")

    async def submit(self, _wish: NewGeneration, sync_until: datetime | None, follower: str) -> MadeJob:
        self.made.append((sync_until, follower))
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        fingerprint = "the same" if self.repeated else ""
        return MadeJob(id=JOB, status="pending", created_at=NOW, out=not self.repeated, fingerprint=fingerprint)

    def ask(self, **headers: str) -> asyncio.Task[Response]:
        given = {"authorization": f"Bearer {self.hall.key.text}", **headers}
        scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in given.items()]}
        request = Request(scope, self.wire.receive)
        return asyncio.create_task(self.generate_now(request, WISH, self.hall.principal, self.submit))

    def ends(self) -> None:
        """The job is completed, and the ledger says so."""
        self.hall.desk.ledger.put(completed("Tea"))
        self.hall.desk.live.changed([JOB])


@pytest.fixture
async def counter() -> Counter:
    counter = Counter()
    counter.hall.desk.has("pending", 1)
    return counter


async def streamed(counter: Counter, answer: Response) -> Reader:
    """All of the stream, once the job has ended."""
    assert isinstance(answer, EventStream)
    task = counter.hall.begin(counter.wire, answer)
    await settled()
    counter.ends()
    await soon(task)
    return counter.wire.reader


async def test_who_waits_is_answered_with_the_generation_when_it_is_completed(counter: Counter) -> None:
    task = counter.ask()
    await settled()
    assert not task.done()
    counter.ends()
    answer = await task
    assert (answer.status_code, answer.headers["Location"]) == (200, LOCATION)
    assert msgspec.json.decode(answer.body)["content"] == "Tea"


async def test_who_waits_has_his_job_followed_by_nobody(counter: Counter) -> None:
    task = counter.ask()
    await settled()
    await counter.hall.desk.live.follow()
    counter.ends()
    await task
    assert ([follower for _, follower in counter.made], counter.hall.desk.words.follows) == ([""], [])


async def test_a_streamed_job_is_followed_by_the_gateway_that_made_it(counter: Counter) -> None:
    reader = await streamed(counter, await counter.ask(accept="text/event-stream"))
    assert [follower for _, follower in counter.made] == ["gateway-1"]
    assert counter.hall.desk.words.follows == []
    assert (reader.names[-1], counter.wire.headers[b"location"].decode()) == ("result", LOCATION)


async def test_a_stream_says_at_once_how_its_job_stands(counter: Counter) -> None:
    answer = await counter.ask(accept="text/event-stream")
    assert isinstance(answer, EventStream)
    task = counter.hall.begin(counter.wire, answer)
    await settled()
    assert counter.wire.reader.names == ["status", "progress"]
    counter.wire.leaves.set()
    await soon(task)


async def test_a_job_that_was_made_before_is_asked_for_anew(counter: Counter) -> None:
    """Its command named another follower, or none."""
    counter.repeated = True
    answer = await counter.ask(accept="text/event-stream")
    await settled()
    assert counter.hall.desk.words.follows == [("generator", [JOB], [JOB])]
    counter.hall.desk.live.told([words("T")])
    assert (await streamed(counter, answer)).text == "Tea"


async def test_a_job_that_was_over_before_is_answered_at_once(counter: Counter) -> None:
    counter.repeated = True
    counter.hall.desk.ledger.put(completed("Tea"))
    answer = await counter.ask()
    assert answer.status_code == 200


@pytest.mark.parametrize(("prefer", "seconds"), [({}, 60), ({"prefer": "wait=5"}, 5), ({"prefer": "wait=999"}, 60)])
async def test_errors_are_the_clients_as_long_as_it_waits(
    counter: Counter, prefer: dict[str, str], seconds: float
) -> None:
    task = counter.ask(**prefer)
    await settled()
    counter.ends()
    await task
    [(until, _)] = counter.made
    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(seconds=5)


async def test_a_failed_generation_is_answered_with_its_problem(counter: Counter) -> None:
    task = counter.ask()
    await settled()
    counter.hall.desk.ledger.put(standing("failed", 3, execution_mode="sync", error=FAILED, completed_at=NOW))
    counter.hall.desk.live.changed([JOB])
    with pytest.raises(Problem) as refusal:
        await task
    assert (refusal.value.status, refusal.value.code) == (400, "provider_rejected")


async def test_who_asks_for_no_wait_is_handed_over_at_once(counter: Counter) -> None:
    answer = await counter.ask(prefer="wait=0")
    told = msgspec.json.decode(answer.body)
    assert (answer.status_code, told["handed_over"], told["links"]["self"]) == (202, True, LOCATION)
    assert answer.headers["Location"] == LOCATION


async def test_a_client_that_goes_has_its_job_handed_over(counter: Counter) -> None:
    task = counter.ask()
    await settled()
    counter.wire.leaves.set()
    async with asyncio.timeout(10):
        answer = await task
    assert (answer.status_code, counter.jobs.handed_over) == (202, 1)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_whom_no_place_is_left_for_is_handed_over_at_once_and_told_why(accept: str) -> None:
    counter = Counter(SyncLimits(per_tenant=0))
    answer = await counter.ask(accept=accept)
    reason = "0 requests of the tenant wait here already. The generation goes on in the background."
    assert counter.made == [(None, "")]
    assert answer.headers["Location"] == LOCATION
    if accept == "application/json":
        told = msgspec.json.decode(answer.body)
        assert answer.status_code == 202
    else:
        reader = Reader()
        for frame in bytes(answer.body).split(b"\n\n")[1:-1]:
            reader.take(frame + b"\n\n")
        assert (answer.status_code, reader.names) == (200, ["status", "handed_over"])
        told = reader.events[-1].data
    assert (told["status"], told["handed_over"], told["detail"]) == ("pending", True, reason)


async def test_a_place_is_held_until_the_stream_ends(counter: Counter) -> None:
    requests = counter.generate_now._requests
    answer = await counter.ask(accept="text/event-stream")
    assert requests._waiting.total() == 1
    await streamed(counter, answer)
    assert requests._waiting.total() == 0


async def test_a_request_that_cannot_be_made_a_job_holds_no_place(counter: Counter) -> None:
    counter.refusal = Problem(404, "not_found", "There is no such prompt.")
    with pytest.raises(Problem):
        await counter.ask(accept="text/event-stream")
    assert counter.generate_now._requests._waiting.total() == 0
    assert counter.hall.desk.kept == 0
