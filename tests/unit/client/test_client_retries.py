"""What is sent again, after which wait, and what is not."""

import json

import httpx2
import pytest

from pressroom_client import PressroomError, RetryPolicy
from pressroom_client.retries import Safety, Trouble
from unit.client.gateways import ACCEPTED, ID, Answer, Gateway, answer, problem

POLICY = RetryPolicy(tries=4, first_seconds=1.0, longest_seconds=10.0)
AWAY = problem(503, "unavailable", Retry_After="2")
LOST = httpx2.ReadError("gone")
NO_CONNECTION = httpx2.ConnectError("refused")


def trouble(code: str, *, refused: bool = False, retry_after: float | None = None) -> Trouble:
    return Trouble(PressroomError(0, code, "…", retry_after=retry_after), refused=refused)


@pytest.mark.parametrize(("tried", "shortest", "longest"), [(1, 0.5, 1.0), (2, 1.0, 2.0), (3, 2.0, 4.0)])
def test_waits_double_and_spread(tried: int, shortest: float, longest: float) -> None:
    lost = trouble("unreachable")
    assert POLICY.wait(tried, lost, Safety.REPEATABLE, 0.0) == shortest
    assert POLICY.wait(tried, lost, Safety.REPEATABLE, 1.0) == longest


def test_nobody_comes_before_the_gateway_said() -> None:
    assert POLICY.wait(1, trouble("rate_limited", refused=True, retry_after=7), Safety.ONCE, 0.0) == 7.5


def test_no_wait_is_longer_than_the_longest() -> None:
    assert RetryPolicy(tries=99).wait(50, trouble("unreachable"), Safety.REPEATABLE, 1.0) == 30.0


@pytest.mark.parametrize(
    ("tried", "what", "safety"),
    [
        (4, trouble("unreachable"), Safety.REPEATABLE),
        (1, trouble("unreachable"), Safety.ONCE),
        (1, trouble("unavailable"), Safety.ONCE),
        (1, trouble("not_found"), Safety.REPEATABLE),
        (1, trouble("provider_rate_limited", retry_after=1), Safety.REPEATABLE),
        (1, trouble("rate_limited", refused=True, retry_after=11), Safety.REPEATABLE),
    ],
)
def test_what_is_not_sent_again(tried: int, what: Trouble, safety: Safety) -> None:
    assert POLICY.wait(tried, what, safety, 0.5) is None


@pytest.mark.parametrize("first", [LOST, NO_CONNECTION, AWAY, problem(429, "rate_limited", Retry_After="3")])
def test_work_is_asked_for_again_under_the_same_key(first: Answer) -> None:
    gateway = Gateway([first, answer(202, ACCEPTED)])
    with gateway.client() as client:
        made = client.generations.create("tea")
    assert str(made.id) == ID
    keys = {request.headers["Idempotency-Key"] for request in gateway.heard}
    assert (len(gateway.heard), len(keys)) == (2, 1)
    assert len({request.content for request in gateway.heard}) == 1


def test_every_call_has_a_key_of_its_own_unless_the_caller_has_one() -> None:
    gateway = Gateway([answer(202, ACCEPTED)])
    with gateway.client() as client:
        for key in (None, None, "order-4711"):
            client.generations.create("tea", idempotency_key=key)
    keys = [request.headers["Idempotency-Key"] for request in gateway.heard]
    assert len(set(keys)) == 3
    assert keys[2] == "order-4711"


def test_retry_after_is_waited_for() -> None:
    gateway = Gateway([problem(429, "rate_limited", Retry_After="3"), answer(202, ACCEPTED)])
    with gateway.client() as client:
        client.generations.create("tea")
    [slept] = gateway.clock.slept
    assert 3 < slept <= 3.5


def test_after_so_many_tries_the_error_is_the_callers() -> None:
    gateway = Gateway([AWAY])
    with gateway.client(tries=3) as client, pytest.raises(PressroomError) as caught:
        client.jobs.get(ID)
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "unavailable", 2.0)
    assert (len(gateway.heard), len(gateway.clock.slept)) == (3, 2)


@pytest.mark.parametrize("trouble", [LOST, AWAY])
def test_what_is_not_repeatable_is_sent_once(trouble: Answer) -> None:
    gateway = Gateway([trouble])
    with gateway.client() as client:
        for once in (
            lambda: client.jobs.retry(ID),
            lambda: client.prompts.create("a", "b"),
            lambda: client.admin.restart("generator-1"),
            lambda: client.admin.parked.replay(ID),
            client.admin.jobs.flush_failed,
        ):
            with pytest.raises(PressroomError):
                once()
    assert len(gateway.heard) == 5


def test_what_was_never_sent_is_sent_again_whatever_it_is() -> None:
    gateway = Gateway([NO_CONNECTION, answer(202, ACCEPTED)])
    with gateway.client() as client:
        client.jobs.retry(ID)
    assert len(gateway.heard) == 2


@pytest.mark.parametrize("first", [LOST, AWAY])
def test_a_retry_with_edits_makes_one_job_however_often_it_is_sent(first: Answer) -> None:
    gateway = Gateway([first, answer(202, ACCEPTED)])
    with gateway.client() as client:
        client.jobs.retry(ID, prompt="milk")
        client.jobs.retry(ID, prompt="milk", idempotency_key="again-4711")
    keys = [request.headers["Idempotency-Key"] for request in gateway.heard]
    assert keys[0] == keys[1]
    assert keys[2] == "again-4711"
    assert json.loads(gateway.heard[1].content) == {"prompt": "milk"}


def test_a_preview_is_repeatable_and_what_it_previews_is_not() -> None:
    gateway = Gateway([LOST, answer(200, {"matched": 1, "done": 0, "preview": True}), LOST])
    with gateway.client() as client:
        assert client.admin.jobs.flush_failed(preview=True).matched == 1
        with pytest.raises(PressroomError):
            client.admin.jobs.flush_failed()
    assert [json.loads(request.content)["preview"] for request in gateway.heard] == [True, True, False]


async def test_the_client_for_asyncio_does_the_same() -> None:
    gateway = Gateway([LOST, AWAY, answer(202, ACCEPTED)])
    async with gateway.aclient() as client:
        made = await client.generations.create("tea")
    assert str(made.id) == ID
    assert len({request.headers["Idempotency-Key"] for request in gateway.heard}) == 1
    assert len(gateway.clock.slept) == 2
