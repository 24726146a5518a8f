"""The client against a server that fails, slows down, pushes back or sends too much."""

import asyncio
import gzip
import time
import tracemalloc
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.gates import ZuoraGates
from pressroom_zuora_sync.zuora.ports import Operation, Wait
from pressroom_zuora_sync.zuora.records import Limits
from pressroom_zuora_sync.zuora.wire import Call, Wire
from unit.zuora_client.small_zuora import (
    QUICK,
    SECRET,
    Handler,
    SmallZuora,
    after,
    credentials,
    gate_to,
    gates_to,
    in_turn,
    says,
    sends,
)

PATH = "/workflows/7/export"
EXPORT = says({"workflow": {"id": 7}, "tasks": [], "linkages": []})
MB = 1024 * 1024


class Counts:
    """A meter that keeps what it is told."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[Operation, str]] = []
        self.waits: list[Wait] = []
        self.limits: list[int] = []

    def called(self, operation: Operation, outcome: str, _seconds: float) -> None:
        self.outcomes.append((operation, outcome))

    def waited(self, reason: Wait, _seconds: float) -> None:
        self.waits.append(reason)

    def limited(self, calls: int) -> None:
        self.limits.append(calls)


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Half of what was announced, then nothing."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"workflow": {')
    assert request.transport is not None
    request.transport.abort()
    return response


def pushes_back(**headers: str) -> Handler:
    return says({"code": "TOO_MANY", "message": "Too many"}, status=429, **headers)


async def seconds_for_an_export(zuora: SmallZuora, *answers: Handler) -> float:
    zuora.answers[PATH] = in_turn(*answers)
    async with gate_to(zuora, longest_wait=0.3) as gate:
        started = time.monotonic()
        await gate.export(7)
        return time.monotonic() - started


@pytest.mark.parametrize(
    "fault",
    [
        says({}, status=500),
        sends(b"<html>Bad gateway</html>", status=502, content_type="text/html"),
        says({}, status=503),
        breaks_off,
        sends(b'{"workflow": {"id'),
        says({"success": False, "reasons": [{"code": 53100061, "message": "later"}]}),
        says({"success": False, "reasons": [{"code": 53100020, "message": "why ever"}]}),
        after(30.0, EXPORT),
    ],
    ids=[
        "500",
        "html 502",
        "503",
        "cut body",
        "truncated JSON",
        "success false",
        "success false for no reason",
        "slow",
    ],
)
async def test_what_fails_for_the_time_being_is_tried_again(zuora: SmallZuora, fault: Handler) -> None:
    zuora.answers[PATH] = in_turn(fault, EXPORT)
    async with gate_to(zuora, deadline=1.5) as gate:
        await gate.export(7)
    assert len(zuora.calls(PATH)) == 2


@pytest.mark.parametrize(
    ("fault", "code", "calls"),
    [
        (says({}, status=500), "unavailable", 3),
        (breaks_off, "unavailable", 3),
        (sends(b"{"), "malformed", 2),
        (pushes_back(Retry_After="0"), "rate_limited", 6),
        (says({}, status=403), "export_forbidden", 1),
        (says({"errors": [{"code": "1", "title": "Gone"}]}, status=404), "export_missing", 1),
        (says({}, status=400), "refused", 1),
    ],
)
async def test_tries_are_bounded_and_what_stays_is_not_tried_again(
    zuora: SmallZuora, fault: Handler, code: str, calls: int
) -> None:
    zuora.answers[PATH] = fault
    async with gate_to(zuora) as gate:
        with pytest.raises(ZuoraError) as raised:
            await gate.export(7)
    assert raised.value.code == code
    assert len(zuora.calls(PATH)) == calls


async def test_zuora_is_left_alone_for_as_long_as_it_asks(zuora: SmallZuora) -> None:
    for headers in (
        {"ratelimit_reset": "0.2"},
        {"ratelimit_reset": "0.2", "ratelimit_remaining": "0"},
        {"Retry_After": "0.2"},
    ):
        assert 0.19 <= await seconds_for_an_export(zuora, pushes_back(**headers), EXPORT) < 3.0


async def test_an_answer_with_nothing_left_holds_the_next_call_back(zuora: SmallZuora) -> None:
    body = {"workflow": {"id": 7}}
    zuora.answers[PATH] = in_turn(says(body, ratelimit_remaining="0", ratelimit_reset="0.2"), EXPORT)
    async with gate_to(zuora, longest_wait=1.0) as gate:
        await gate.export(7)
        started = time.monotonic()
        await gate.export(7)
        assert time.monotonic() - started >= 0.19


async def test_a_longer_wait_than_a_call_may_have_fails_it_at_once_and_is_told_whole(zuora: SmallZuora) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True)
    for number, headers in enumerate(({"Retry_After": "3600"}, {"Retry_After": date}, {"ratelimit_reset": "3600"}), 1):
        zuora.answers[PATH] = pushes_back(**headers)
        async with gate_to(zuora) as gate:
            with pytest.raises(ZuoraError) as raised:
                await gate.export(7)
        assert raised.value.sort == "transient"
        assert raised.value.retry_after == pytest.approx(3600, abs=5)
        assert len(zuora.calls(PATH)) == number


async def test_a_wait_of_nothing_is_still_a_wait(zuora: SmallZuora) -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=60), usegmt=True)
    for headers in ({"Retry_After": "0"}, {"Retry_After": past}, {"ratelimit_reset": "0"}):
        zuora.answers[PATH] = in_turn(pushes_back(**headers), EXPORT)
        async with gate_to(zuora, shortest_wait=0.2) as gate:
            started = time.monotonic()
            await gate.export(7)
            assert time.monotonic() - started >= 0.19


async def test_calls_at_once_grow_to_the_most_and_never_over_it(zuora: SmallZuora) -> None:
    zuora.answers[PATH] = after(0.02, EXPORT)
    async with gate_to(zuora, concurrency=4, most=12) as gate:
        await asyncio.gather(*(gate.export(7) for _ in range(100)))
    assert zuora.most_at_once == 12


async def test_two_jobs_of_one_account_share_its_limit(zuora: SmallZuora) -> None:
    zuora.answers[PATH] = after(0.02, EXPORT)
    async with gates_to(zuora, concurrency=4, most=4) as gates:
        jobs = [gates.of(credentials(zuora.origin + slash), "job") for slash in ("", "/")]
        await asyncio.gather(*(gate.export(7) for gate in jobs * 10))
        assert zuora.most_at_once == 4
        other = gates.of(credentials(zuora.origin, client_id="other"))
        await asyncio.gather(*(gate.export(7) for gate in [*jobs, other] * 10))
        assert zuora.most_at_once == 8


async def test_a_server_with_room_for_fewer_is_found_out_and_all_get_through(zuora: SmallZuora) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        full = zuora.at_once > 5
        await asyncio.sleep(0.01)
        return await (pushes_back() if full else EXPORT)(request)

    zuora.answers[PATH] = answer
    meter = Counts()
    gates = ZuoraGates(Limits(**(QUICK | {"origins": frozenset({zuora.origin}), "most": 40})), meter)
    async with gates.running():
        gate = gates.of(credentials(zuora.origin))
        await asyncio.gather(*(gate.export(7) for _ in range(100)))
    assert meter.outcomes.count(("export", "ok")) == 100
    assert meter.outcomes.count(("export", "rate_limited")) < 60
    assert min(meter.limits) <= 5


async def test_an_answer_over_the_cap_is_not_read_to_its_end(zuora: SmallZuora) -> None:
    whole = b'{"workflow": "' + b"x" * 2 * MB + b'"}'

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    bomb = gzip.compress(b'{"workflow": "' + b"0" * 64 * MB)
    assert len(bomb) < 100_000
    for answer in (sends(whole), endless, sends(bomb, Content_Encoding="gzip")):
        zuora.answers[PATH] = answer
        async with gate_to(zuora, most_bytes=MB) as gate:
            with pytest.raises(ZuoraError) as raised:
                await gate.export(7)
        assert (raised.value.code, raised.value.sort) == ("export_too_large", "permanent")


async def test_the_cap_is_exact(zuora: SmallZuora) -> None:
    whole = b'{"workflow": {}, "tasks": [' + b"0, " * 50 + b"0]}"
    for answer in (sends(whole), sends(gzip.compress(whole), Content_Encoding="gzip")):
        zuora.answers[PATH] = answer
        async with gate_to(zuora, most_bytes=len(whole)) as gate:
            assert (await gate.export(7)).size == len(whole)
        async with gate_to(zuora, most_bytes=len(whole) - 1) as gate:
            with pytest.raises(ZuoraError):
                await gate.export(7)


async def test_a_large_export_is_held_once(zuora: SmallZuora) -> None:
    """Measured on the client's side alone: the server's own copies are made before."""
    packed = gzip.compress(b'{"workflow": {}, "tasks": [' + b'"abcdefgh", ' * 2_500_000 + b"0]}", compresslevel=1)
    zuora.answers[PATH] = sends(packed, Content_Encoding="gzip")
    async with gate_to(zuora) as gate:
        tracemalloc.start()
        try:
            exported = await gate.export(7)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert exported.size > 28 * MB
    assert peak < exported.size * 1.25 + 4 * MB


async def test_no_more_large_answers_than_allowed_are_read_at_once(zuora: SmallZuora) -> None:
    packed = gzip.compress(b'{"workflow": {}, "x": "' + b"y" * 20 * MB + b'"}', compresslevel=1)
    zuora.answers[PATH] = sends(packed, Content_Encoding="gzip")
    async with gate_to(zuora, body_bytes=128 * MB) as gate:
        sizes = [exported.size for exported in await asyncio.gather(*(gate.export(7) for _ in range(4)))]
    assert sizes == [sizes[0]] * 4


LARGE = gzip.compress(b'{"workflow": {}, "x": "' + b"y" * 12 * MB + b'"}', compresslevel=1)
"""Too much for the buffers between both sides, also compressed."""


async def test_a_large_export_keeps_its_place_until_it_is_worked_off(zuora: SmallZuora) -> None:
    """Neither the deadline nor the silence of one that waits for it is Zuora's fault."""
    plain = gzip.decompress(LARGE)
    zuora.answers[PATH] = sends(plain)
    zuora.answers["/workflows/8/export"] = EXPORT
    async with gate_to(zuora, body_bytes=128 * MB, deadline=1.5, silence=1.0) as gate:
        async with AsyncExitStack() as kept:
            await gate.export(7, None, kept)
            other = asyncio.ensure_future(gate.export(7))
            await gate.export(8)  # small ones need no place
            await asyncio.sleep(2.5)
            assert not other.done()
        assert (await other).size == len(plain)
    assert len(zuora.calls(PATH)) == 2


@pytest.mark.parametrize(("size", "total"), [(MB // 2, 4 * MB), (2 * MB, 16 * MB)])
async def test_exports_of_a_middle_size_are_bounded_too(zuora: SmallZuora, size: int, total: int) -> None:
    """Of the smaller ones four have a place, of the others one."""
    places = total // 4 // MB if size < MB else 1
    zuora.answers[PATH] = sends(b'{"workflow": {}, "x": "' + b"y" * size + b'"}')
    zuora.answers["/workflows/8/export"] = EXPORT
    async with gate_to(zuora, body_bytes=total) as gate:
        async with AsyncExitStack() as kept:
            for _ in range(places):
                await gate.export(7, None, kept)
            other = asyncio.ensure_future(gate.export(7))
            await gate.export(8)
            await asyncio.sleep(0.5)
            assert not other.done()
        assert (await other).size > size


async def test_exports_that_all_grow_wait_for_each_other_without_end_never(zuora: SmallZuora) -> None:
    zuora.answers[PATH] = sends(gzip.decompress(LARGE))
    async with gate_to(zuora, body_bytes=16 * MB) as gate, asyncio.timeout(30):
        sizes = [exported.size for exported in await asyncio.gather(*(gate.export(7) for _ in range(8)))]
    assert len(set(sizes)) == 1


async def test_a_large_export_that_fails_gives_its_place_back(zuora: SmallZuora) -> None:
    plain = gzip.decompress(LARGE)
    zuora.answers[PATH] = in_turn(sends(plain[:-1]), sends(plain))
    async with gate_to(zuora, body_bytes=128 * MB) as gate, AsyncExitStack() as kept:
        assert (await gate.export(7, None, kept)).size == len(plain)
    assert len(zuora.calls(PATH)) == 2


async def test_errors_hold_neither_secrets_nor_tokens_nor_bodies(zuora: SmallZuora) -> None:
    canary = "canary-of-a-body"
    faults = (
        says({"message": f"token-1 {SECRET}", "body": canary}, status=500),
        sends(f"<html>{canary} token-1 {SECRET}</html>".encode(), status=502, content_type="text/html"),
        sends(f'{{"workflow": "{canary}'.encode()),
        says({"workflow": canary}),
        breaks_off,
    )
    for fault in faults:
        zuora.answers[PATH] = fault
        async with gate_to(zuora, tries=1) as gate:
            with pytest.raises(ZuoraError) as raised:
                await gate.export(7)
        told = f"{raised.value!r} {raised.value.detail} {raised.value.__cause__!r}"
        assert not any(secret in told for secret in (canary, SECRET, "token-1"))


def test_a_call_shows_neither_its_token_nor_its_form() -> None:
    call = Call("https://rest.zuora.com/x", {"Authorization": "Bearer token-1"}, {"page": "1"}, {"secret": SECRET})
    assert repr(call) == "Call(url='https://rest.zuora.com/x', query={'page': '1'})"


async def test_a_server_that_is_away_is_unavailable() -> None:
    limits = Limits(**(QUICK | {"tries": 1, "origins": frozenset({"http://127.0.0.1:9"})}))
    gates = ZuoraGates(limits)
    async with gates.running():
        with pytest.raises(ZuoraError) as raised:
            await gates.of(credentials("http://127.0.0.1:9")).export(7)
    assert (raised.value.code, raised.value.sort) == ("unavailable", "transient")


async def test_a_redirect_is_not_followed_on_the_wire(zuora: SmallZuora) -> None:
    zuora.answers["/a"] = sends(b"", status=307, Location=f"{zuora.origin}/b")
    wire = Wire(Limits(**QUICK))
    async with wire.running(), AsyncExitStack() as places:
        answer = await wire.answer(Call(f"{zuora.origin}/a", {"Authorization": "Bearer x"}, {}), places)
    assert answer.status == 307
    assert [seen.path for seen in zuora.seen] == ["/a"]


async def test_a_cancelled_call_leaves_its_place(zuora: SmallZuora) -> None:
    zuora.answers[PATH] = in_turn(after(60, EXPORT), EXPORT)
    async with gate_to(zuora, concurrency=1, most=1) as gate:
        first = asyncio.ensure_future(gate.export(7))
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(gate.export(7))
        first.cancel()
        async with asyncio.timeout(10):
            assert (await second).size


async def test_a_token_server_that_fails_for_the_time_being_is_asked_again(zuora: SmallZuora) -> None:
    token = says({"access_token": "t", "expires_in": 3599})
    zuora.answers["/oauth/token"] = in_turn(pushes_back(Retry_After="0.1"), says({}, status=503), token)
    zuora.answers[PATH] = EXPORT
    async with gate_to(zuora) as gate:
        await asyncio.gather(*(gate.export(7) for _ in range(3)))
    assert len(zuora.calls("/oauth/token")) == 3
