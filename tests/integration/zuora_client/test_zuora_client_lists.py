"""Lists of the fake Zuora, as they are and with every fault: what comes out is the truth, or an error."""

import pytest

from integration.zuora_client.conftest import OpensGate
from pressroom_devstack.fake_zuora import Change, FakeZuora
from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.gate import ZuoraGate
from pressroom_zuora_sync.zuora.records import ListedWorkflow


async def listed(gate: ZuoraGate) -> dict[int, ListedWorkflow]:
    pages = [page async for page in gate.pages()]
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    return {item.zuora_id: item for page in pages for item in page.items}


async def failed(gate: ZuoraGate) -> ZuoraError:
    with pytest.raises(ZuoraError) as raised:
        await listed(gate)
    return raised.value


async def test_the_whole_list_is_the_truth_field_by_field(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.do("acme", "deactivate", 105)
    truth = (await zuora.truth("acme")).workflows
    async with gate_to() as gate:
        found = await listed(gate)
    assert set(found) == set(truth)
    for id_, item in found.items():
        true = truth[id_]
        for name in ("name", "description", "status", "active_version_id", "draft", "interval", "timezone"):
            assert getattr(item, name) == getattr(true, name)
        for name in ("callout_trigger", "ondemand_trigger", "scheduled_trigger"):
            assert getattr(item, name) == getattr(true, name)
        assert item.active_version == (None if true.draft else true.version)
        assert (item.created_at, item.updated_at) == (true.created_at, true.updated_at)
    assert found[105].draft
    assert found[105].draft_version_id == truth[105].version_id


async def test_one_workflow_says_the_same_as_the_list(zuora: FakeZuora, gate_to: OpensGate) -> None:
    async with gate_to() as gate:
        assert await gate.workflow(100) == (await listed(gate))[100]
        assert await gate.workflow(99_999) is None


@pytest.mark.parametrize("op", ["edit", "deactivate", "activate"])
async def test_the_signature_tells_what_changed(zuora: FakeZuora, gate_to: OpensGate, op: str) -> None:
    async with gate_to() as gate:
        before = await listed(gate)
        await zuora.change("acme", Change(op="edit", workflow_id=110), Change(op=op, workflow_id=110))  # type: ignore[arg-type]
        after = await listed(gate)
    assert {id_ for id_ in before if before[id_].signature() != after[id_].signature()} == {110}


@pytest.mark.parametrize("kind", ["looping_next_page", "hostile_next_page"])
async def test_next_page_leads_nowhere(zuora: FakeZuora, gate_to: OpensGate, kind: str) -> None:
    await zuora.plays(kind, times=None)  # type: ignore[arg-type]
    async with gate_to() as gate:
        assert len(await listed(gate)) == 120
    assert [call.page for call in await zuora.calls("list")] == [1, 2, 3, 4, 5]  # twice nothing: the end


async def test_a_list_without_an_end_is_no_complete_list(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.plays("endless_pages", times=None)
    async with gate_to() as gate:
        assert (await failed(gate)).code == "listing_broken"
    assert len(await zuora.calls("list")) == 4


async def test_an_empty_first_page_is_what_it_is(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.plays("empty_page")
    async with gate_to() as gate:
        assert await listed(gate) == {}
    async with gate_to("empty") as gate:
        assert await listed(gate) == {}


async def test_what_moves_between_pages_is_missing_from_the_list_and_there_by_its_id(
    zuora: FakeZuora, gate_to: OpensGate
) -> None:
    truth = (await zuora.truth("acme")).workflows
    last = list(truth)[-1]
    await zuora.plays("change", endpoint="list", page=2, change=Change(op="move", workflow_id=last, position=0))
    async with gate_to() as gate:
        missing = set(truth) - set(await listed(gate))
        assert missing == {last}
        assert await gate.workflow(last) is not None


async def test_what_is_added_while_paging_is_a_duplicate_not_an_error(zuora: FakeZuora, gate_to: OpensGate) -> None:
    await zuora.plays("change", endpoint="list", page=2, change=Change(op="add", position=0))
    async with gate_to() as gate:
        pages = [page async for page in gate.pages()]
    ids = [item.zuora_id for page in pages for item in page.items]
    assert len(ids) == 121
    assert len(set(ids)) == 120


@pytest.mark.parametrize(
    "kind",
    ["server_error", "html", "unsuccessful", "cut", "truncated", "connection_reset", "rate_limited", "token_revoked"],
)
async def test_a_fault_in_the_middle_of_a_list_loses_nothing(zuora: FakeZuora, gate_to: OpensGate, kind: str) -> None:
    await zuora.plays(kind, endpoint="list", page=2, seconds=0)  # type: ignore[arg-type]
    async with gate_to() as gate:
        assert set(await listed(gate)) == set((await zuora.truth("acme")).workflows)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("server_error", "unavailable"),
        ("html", "unavailable"),
        ("unsuccessful", "unsuccessful"),
        ("cut", "unavailable"),
        ("truncated", "malformed"),
        ("connection_reset", "unavailable"),
        ("rate_limited", "rate_limited"),
        ("unauthorized", "bad_credentials"),
        ("refused", "listing_forbidden"),
    ],
)
async def test_a_fault_that_stays_ends_the_list_as_incomplete(
    zuora: FakeZuora, gate_to: OpensGate, kind: str, code: str
) -> None:
    await zuora.plays(kind, endpoint="list", page=2, seconds=0, times=None)  # type: ignore[arg-type]
    async with gate_to() as gate:
        assert (await failed(gate)).code == code


async def test_a_list_without_the_right_is_refused(zuora: FakeZuora, gate_to: OpensGate) -> None:
    async with gate_to("nobody") as gate:
        error = await failed(gate)
    assert (error.code, error.sort) == ("listing_forbidden", "configuration")


async def test_calls_have_the_jobs_id_and_the_entity(zuora: FakeZuora, gate_to: OpensGate) -> None:
    async with gate_to("entity", entity_id="e-1") as gate:
        assert len(await listed(gate)) == 1
    async with gate_to("entity") as gate:
        assert (await failed(gate)).code == "listing_forbidden"
    assert {call.track_id for call in await zuora.calls()} == {"018f-job"}
