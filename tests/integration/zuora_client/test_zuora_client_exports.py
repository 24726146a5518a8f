"""Exports of the fake Zuora, in parallel, with every fault: byte by byte, or an error that says which."""

import asyncio
import json
import time
import tracemalloc
from typing import Any

import pytest

from integration.zuora_client.conftest import OpensGate
from pressroom_devstack.fake_zuora import FakeZuora, Scenario, Truth
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.gate import ZuoraGate

MB = 1024 * 1024


async def all_exports(gate: ZuoraGate, truth: Truth) -> dict[int, Any]:
    """As JSON; of what failed, the error."""
    ids = list(truth.workflows)
    versions = ["latest" if truth.workflows[id_].draft else None for id_ in ids]
    exported = await asyncio.gather(*map(gate.export, ids, versions), return_exceptions=True)
    read = (one if isinstance(one, BaseException) else json.loads(one.raw) for one in exported)
    return dict(zip(ids, read, strict=True))


async def failed(gate: ZuoraGate, id_: int = 100) -> ZuoraError:
    with pytest.raises(ZuoraError) as raised:
        await gate.export(id_)
    return raised.value


async def seconds_of(gate: ZuoraGate) -> float:
    started = time.monotonic()
    await gate.export(100)
    return time.monotonic() - started


async def test_all_exports_are_the_truth_also_those_of_drafts(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.do("acme", "deactivate", 105)
    await zuora.do("acme", "nul", 106)
    await zuora.do("acme", "cycle", 107)
    truth = await zuora.truth("acme")
    async with gate_to() as gate:
        exports = await all_exports(gate, truth)
        assert (await failed(gate, 105)).code == "export_missing"
    assert exports == {id_: workflow.export for id_, workflow in truth.workflows.items()}


@pytest.mark.parametrize(
    "kind", ["server_error", "html", "unsuccessful", "cut", "truncated", "connection_reset", "token_revoked"]
)
async def test_bursts_of_faults_are_survived(zuora: FakeZuora, gate_to: OpensGate, kind: Any) -> None:
    await zuora.plays(kind, endpoint="export", after=5, times=6)
    truth = await zuora.truth("acme")
    async with gate_to(tries=8) as gate:
        exports = await all_exports(gate, truth)
    wrong = {id_ for id_, workflow in truth.workflows.items() if exports[id_] != workflow.export}
    assert len(wrong) <= (2 if kind in {"unsuccessful", "truncated"} else 0)  # of those, two tries are all
    assert all(isinstance(exports[id_], ZuoraError) for id_ in wrong)


@pytest.mark.parametrize(
    ("kind", "status", "code", "calls"),
    [
        ("server_error", 404, "export_missing", 1),
        ("refused", 403, "export_forbidden", 1),
        ("server_error", 400, "refused", 1),
        ("server_error", 500, "unavailable", 3),
        ("html", 502, "unavailable", 3),
        ("unsuccessful", None, "unsuccessful", 2),
        ("cut", None, "unavailable", 3),
        ("truncated", None, "malformed", 2),
        ("unauthorized", None, "bad_credentials", 2),
    ],
)
async def test_one_export_that_fails_is_one_error(
    zuora: FakeZuora, gate_to: OpensGate, kind: Any, status: int | None, code: str, calls: int
) -> None:
    await zuora.plays(kind, endpoint="export", workflow_id=100, status=status, times=None)
    async with gate_to() as gate:
        assert (await failed(gate)).code == code
        assert (await gate.export(101)).size
    assert len([call for call in await zuora.calls("export") if call.workflow_id == 100]) == calls


@pytest.mark.parametrize("kind", ["tasks_missing", "tasks_null", "duplicate_tasks"])
async def test_odd_tasks_come_through_as_they_are(zuora: FakeZuora, gate_to: OpensGate, kind: Any) -> None:
    await zuora.plays(kind)
    true = (await zuora.truth("acme")).workflows[100].export
    async with gate_to() as gate:
        odd = json.loads((await gate.export(100)).raw)
    assert odd["workflow"] == true["workflow"]
    assert odd.get("tasks") != true["tasks"]


async def test_a_wrong_secret_and_a_missing_right_are_one_error_each(zuora: FakeZuora, gate_to: OpensGate) -> None:
    async with gate_to(secret="wrong") as gate:
        error = await failed(gate)
        assert (error.code, error.sort) == ("bad_credentials", "configuration")
    assert len(await zuora.calls("token")) == 1
    async with gate_to("viewer") as gate:
        error = await failed(gate, 1)
        assert (error.code, error.sort) == ("export_forbidden", "configuration")


async def test_tokens_that_live_two_seconds_are_enough(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.behaves(Scenario(kind="short_tokens", seconds=2, times=None), latency_ms=200)
    truth = await zuora.truth("acme")
    async with gate_to(most=8) as gate:
        exports = await all_exports(gate, truth)
    assert exports == {id_: workflow.export for id_, workflow in truth.workflows.items()}
    assert len(await zuora.calls("token")) <= 5


async def test_a_token_that_is_revoked_again_costs_one_call_each(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.behaves(*(Scenario(kind="token_revoked", endpoint="export", after=after) for after in (10, 50, 90)))
    truth = await zuora.truth("acme")
    async with gate_to(most=8) as gate:
        exports = await all_exports(gate, truth)
    assert exports == {id_: workflow.export for id_, workflow in truth.workflows.items()}
    assert len(await zuora.calls("token")) <= 4


@pytest.mark.parametrize("form", ["seconds", "date", None, "nonsense"])
async def test_a_429_is_waited_for(zuora: FakeZuora, gate_to: OpensGate, form: Any) -> None:
    await zuora.plays("rate_limited", seconds=2 if form == "date" else 1, retry_after=form)
    async with gate_to(longest_wait=5.0) as gate:
        assert 0.95 < await seconds_of(gate) < 4.9
    assert len(await zuora.calls("export")) == 2


async def test_an_absurd_wait_is_told_and_not_waited_for(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.plays("rate_limited", seconds=86_400, retry_after="absurd")
    async with gate_to(longest_wait=0.5) as gate:
        error = await failed(gate)
        assert (error.code, (error.retry_after or 0) > 86_000) == ("rate_limited", True)
        assert (await gate.export(101)).size


async def test_forty_at_once_and_never_more(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.behaves(latency_ms=150)
    truth = await zuora.truth("acme")
    async with gate_to(concurrency=8, most=40) as gate:
        await gate.export(100)
        exports = await all_exports(gate, truth)
    assert len(exports) == 120
    assert 20 <= await zuora.most_at_once("acme") <= 40
    assert set((await zuora.log(calls="false")).statuses) == {"200"}


async def test_a_tenant_with_room_for_five_gets_all_its_exports(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.behaves(concurrent=5, latency_ms=10)
    truth = await zuora.truth("acme")
    async with gate_to(concurrency=8, most=40, rate_limited_tries=10) as gate:
        exports = await all_exports(gate, truth)
    assert exports == {id_: workflow.export for id_, workflow in truth.workflows.items()}
    statuses = (await zuora.log(calls="false")).statuses
    assert statuses["429"] < statuses["200"]


async def test_the_calls_of_a_minute_are_not_overdrawn(zuora: FakeZuora, gate_to: OpensGate) -> None:
    """The fake's minute is longer than this test's patience: the calls that are left go through, the others fail."""
    await zuora.behaves(per_minute=30)
    truth = await zuora.truth("acme")
    truth.workflows = {id_: truth.workflows[id_] for id_ in range(100, 140)}
    async with gate_to(concurrency=8, most=40, longest_wait=0.1, rate_limited_tries=2) as gate:
        exports = await all_exports(gate, truth)
    errors = [error for error in exports.values() if isinstance(error, ZuoraError)]
    assert len(exports) - len(errors) == 30
    assert {error.code for error in errors} == {"rate_limited"}
    assert all(0.1 < (error.retry_after or 0) <= 60 for error in errors)
    calls = await zuora.calls("export")
    assert all(call.status == 200 for call in calls[:30])


async def test_slow_answers_end_at_the_deadline_and_are_tried_again(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.plays("slow", endpoint="export", seconds=30)
    async with gate_to(deadline=1.5) as gate:
        assert await seconds_of(gate) < 10.0
    assert len(await zuora.calls("export")) == 2


async def test_an_export_of_thirty_megabytes_is_held_once_and_capped(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.do("acme", "enlarge", 100, size=30 * MB)
    async with gate_to() as gate:
        tracemalloc.start()
        try:
            exported = await gate.export(100)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert exported.size >= 29 * MB
    assert peak < 1.25 * exported.size + 4 * MB
    async with gate_to(most_bytes=20 * MB) as gate:
        error = await failed(gate)
        assert (error.code, "ZUORA_SYNC_EXPORT_LIMIT_BYTES" in error.detail) == ("export_too_large", True)
        assert (await gate.export(101)).size


async def test_a_check_says_which_right_is_missing(zuora: FakeZuora, gate_to: OpensGate) -> None:
    told = {}
    for client_id, secret in (
        ("acme", "right"),
        ("acme", "wrong"),
        ("nobody", "right"),
        ("viewer", "right"),
        ("empty", "right"),
    ):
        async with gate_to(client_id, secret) as gate:
            check = await gate.check()
        told[client_id, secret] = (check.ok, check.token, check.listing, check.exporting, check.code)
    assert told == {
        ("acme", "right"): (True, "granted", "granted", "granted", ""),
        ("acme", "wrong"): (False, "refused", "unknown", "unknown", "bad_credentials"),
        ("nobody", "right"): (False, "granted", "refused", "unknown", "listing_forbidden"),
        ("viewer", "right"): (False, "granted", "granted", "refused", "export_forbidden"),
        ("empty", "right"): (True, "granted", "granted", "unknown", ""),
    }
