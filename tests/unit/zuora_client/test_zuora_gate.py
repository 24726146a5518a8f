"""The client against a server: lists, exports, tokens."""

import asyncio
import gzip
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.gate import ZuoraGate
from unit.zuora_client.small_zuora import (
    SECRET,
    Handler,
    SmallZuora,
    credentials,
    gate_to,
    gates_to,
    in_turn,
    says,
    sends,
    small_zuora,
)

EXPORT = {"workflow": {"id": 7}, "tasks": [], "linkages": []}
GONE = {"code": 404, "message": "Workflow is not found."}
UNAUTHORIZED = says({"message": "Unauthorized"}, status=401)


def listing(total: int, next_page: Any = "https://evil.example/workflows?page=1") -> Handler:
    """A list of so many workflows, with the same `next_page` on each page but the last one."""

    async def answer(request: web.Request) -> web.StreamResponse:
        page, length = int(request.query["page"]), int(request.query["page_length"])
        ids = range(1, total + 1)[(page - 1) * length : page * length]
        follows = next_page if page * length < total else None
        return web.json_response({"data": [{"id": i} for i in ids], "pagination": {"next_page": follows}})

    return answer


async def ids_of(gate: ZuoraGate, start: int = 1) -> list[list[int]]:
    return [[item.zuora_id for item in page.items] async for page in gate.pages(start)]


async def failure_of(call: Any) -> ZuoraError:
    with pytest.raises(ZuoraError) as raised:
        await call
    return raised.value


async def test_all_pages_come_in_order_and_the_last_one_says_so(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = listing(120)
    async with gate_to(zuora) as gate:
        pages = [page async for page in gate.pages()]
    assert [item.zuora_id for page in pages for item in page.items] == list(range(1, 121))
    assert [(page.number, page.last) for page in pages] == [(1, False), (2, False), (3, True)]
    assert [seen.query for seen in zuora.calls("/workflows")] == [
        {"page": str(number), "page_length": "50"} for number in (1, 2, 3)
    ]


async def test_a_list_can_be_taken_up_in_the_middle(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = listing(120)
    async with gate_to(zuora) as gate:
        assert [len(ids) for ids in await ids_of(gate, start=2)] == [50, 20]


async def test_a_hostile_next_page_is_never_called(zuora: SmallZuora) -> None:
    async with small_zuora() as hostile:
        zuora.answers["/workflows"] = listing(60, f"{hostile.origin}/workflows?page=2")
        async with gate_to(zuora) as gate:
            assert [len(ids) for ids in await ids_of(gate)] == [50, 10]
        assert not hostile.seen


async def test_a_list_that_shows_the_same_page_forever_is_broken_not_complete(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = says({"data": [{"id": 1}], "pagination": {"next_page": "x"}})
    async with gate_to(zuora) as gate:
        error = await failure_of(ids_of(gate))
    assert (error.code, error.sort) == ("listing_broken", "transient")
    assert len(zuora.calls("/workflows")) == 2


async def test_a_list_that_never_ends_is_broken(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = listing(10**6)
    async with gate_to(zuora, most_pages=5) as gate:
        assert (await failure_of(ids_of(gate))).code == "listing_broken"


async def test_an_empty_page_ends_a_list_whatever_next_page_says(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = says({"data": [], "pagination": {"next_page": "x"}})
    async with gate_to(zuora) as gate:
        assert await ids_of(gate) == [[]]


async def test_an_empty_page_before_the_end_is_no_end(zuora: SmallZuora) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        page = int(request.query["page"])
        items = [] if page == 2 else [{"id": page}]
        return await says({"data": items, "pagination": {"next_page": "x" if page < 3 else None}})(request)

    zuora.answers["/workflows"] = answer
    async with gate_to(zuora) as gate:
        assert (await failure_of(ids_of(gate))).code == "listing_broken"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (sends(b"<html>Not found</html>", status=404, content_type="text/html"), "unavailable"),
        (sends(b"", status=404), "unavailable"),
        (says({"message": "no Route matched with those values"}, status=404), "refused"),
        (says({}, status=404), "refused"),
    ],
)
async def test_a_404_that_is_not_of_zuoras_workflows_says_of_none_that_it_is_gone(
    zuora: SmallZuora, answer: Handler, code: str
) -> None:
    zuora.answers |= {"/workflows/7": answer, "/workflows/7/export": answer}
    async with gate_to(zuora, tries=1) as gate:
        assert (await failure_of(gate.workflow(7))).code == code
        assert (await failure_of(gate.export(7))).code == code


@pytest.mark.parametrize(
    "body",
    [GONE, {"errors": [{"code": "1", "title": "Gone"}]}, {"success": False, "reasons": [{"code": 53100040}]}],
)
async def test_a_404_of_zuoras_is_known_by_its_form(zuora: SmallZuora, body: dict[str, Any]) -> None:
    zuora.answers["/workflows/7"] = says(body, status=404)
    async with gate_to(zuora, tries=1) as gate:
        assert await gate.workflow(7) is None


async def test_an_export_comes_byte_by_byte_also_compressed(zuora: SmallZuora) -> None:
    raw = b'{ "workflow" : {"name": "\\u0000 \xc3\xa4"},  "tasks": []}\n'
    zuora.answers["/workflows/7/export"] = in_turn(
        sends(raw),
        sends(gzip.compress(raw), Content_Encoding="gzip"),
        sends(gzip.compress(raw[:9]) + gzip.compress(raw[9:]), Content_Encoding="gzip"),
    )
    async with gate_to(zuora) as gate:
        assert [(await gate.export(7)).raw for _ in range(3)] == [raw] * 3


async def test_a_version_is_asked_for_only_where_one_is_named(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7/export"] = says(EXPORT)
    async with gate_to(zuora) as gate:
        await gate.export(7)
        await gate.export(7, "latest")
    assert [seen.query for seen in zuora.calls("/workflows/7/export")] == [{}, {"version": "latest"}]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (says({"errors": [{"code": "1", "status": "404", "title": "Gone"}]}, status=404), "export_missing"),
        (says({"code": "x", "message": "no"}, status=403), "export_forbidden"),
        (says({"errors": [{"code": "1", "title": "Bad"}]}, status=400), "refused"),
        (says({"tasks": []}), "malformed"),
        (says([1]), "malformed"),
        (sends(b'{"workflow": {"a": '), "malformed"),
        (sends(b"<html>maintenance</html>", content_type="text/html"), "malformed"),
        (sends(b"<html>502</html>", status=502, content_type="text/html"), "unavailable"),
        (says({"success": False, "reasons": [{"code": 53100020, "message": "no"}]}), "unsuccessful"),
        (sends(b"not gzip", Content_Encoding="gzip"), "unavailable"),
        (sends(gzip.compress(b'{"workflow": {}}')[:-4], Content_Encoding="gzip"), "unavailable"),
        (sends(b"x", Content_Encoding="br"), "unavailable"),
        (sends(b"", status=302, Location="https://evil.example/"), "redirected"),
    ],
)
async def test_an_export_that_fails_says_how(zuora: SmallZuora, answer: Handler, code: str) -> None:
    zuora.answers["/workflows/7/export"] = answer
    async with gate_to(zuora, tries=2) as gate:
        assert (await failure_of(gate.export(7))).code == code


async def test_one_workflow_is_there_or_gone_or_not_known(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7"] = in_turn(
        says({"id": 7, "name": "bare"}), says({"data": {"id": 7, "name": "wrapped"}}), says(GONE, status=404)
    )
    zuora.answers["/workflows/8"] = says({"id": 9})
    zuora.answers["/workflows/9"] = says({}, status=500)
    async with gate_to(zuora, tries=1) as gate:
        found = [await gate.workflow(7) for _ in range(3)]
        assert [workflow and workflow.name for workflow in found] == ["bare", "wrapped", None]
        assert (await failure_of(gate.workflow(8))).code == "malformed"
        assert (await failure_of(gate.workflow(9))).code == "unavailable"


async def test_each_call_has_the_track_id_the_token_and_the_entity(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7/export"] = says(EXPORT)
    async with gates_to(zuora) as gates:
        job = "1:2;3\"4'5 " + "é" + "x" * 80
        await gates.of(credentials(zuora.origin, entity_id="e-1"), job).export(7)
    token, export = zuora.seen
    assert token.form == {"client_id": "client", "client_secret": SECRET, "grant_type": "client_credentials"}
    for seen in (token, export):
        assert seen.headers["Zuora-Track-Id"] == "12345 " + "x" * 58
        assert seen.headers["Zuora-Entity-Ids"] == "e-1"
    assert export.headers["Authorization"] == "Bearer token-1"
    assert "Authorization" not in token.headers


async def test_an_entity_that_would_break_a_header_is_refused(zuora: SmallZuora) -> None:
    async with gates_to(zuora) as gates:
        gate = gates.of(credentials(zuora.origin, entity_id="e\r\nX: y"))
        assert (await failure_of(gate.export(7))).code == "bad_entity"
    assert not zuora.seen


async def test_many_calls_share_one_token_also_those_of_other_jobs(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7/export"] = says(EXPORT)
    async with gates_to(zuora) as gates:
        first, second = gates.of(credentials(zuora.origin), "a"), gates.of(credentials(zuora.origin), "b")
        await asyncio.gather(*(gate.export(7) for gate in (first, second) * 10))
        assert zuora.tokens == 1
        await gates.of(credentials(zuora.origin, secret=SecretStr("changed"))).export(7)
    assert zuora.tokens == 2


async def test_a_token_that_was_revoked_is_renewed_once_for_all_calls(zuora: SmallZuora) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        good = request.headers["Authorization"] == "Bearer token-2"
        return await (says(EXPORT) if good else UNAUTHORIZED)(request)

    zuora.answers["/workflows/7/export"] = answer
    async with gate_to(zuora) as gate:
        await asyncio.gather(*(gate.export(7) for _ in range(8)))
    assert zuora.tokens == 2


async def test_a_401_that_stays_is_one_clear_error(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7/export"] = UNAUTHORIZED
    async with gate_to(zuora) as gate:
        error = await failure_of(gate.export(7))
    assert (error.code, error.sort) == ("bad_credentials", "configuration")
    assert (zuora.tokens, len(zuora.calls("/workflows/7/export"))) == (2, 2)


async def test_a_wrong_secret_is_one_call_for_all_who_wait_and_is_not_told(zuora: SmallZuora) -> None:
    message = f"Invalid client_secret {SECRET}"
    zuora.answers["/oauth/token"] = says({"reason": "Authentication error", "message": message}, status=401)
    async with gate_to(zuora) as gate:
        errors = await asyncio.gather(*(gate.export(7) for _ in range(5)), return_exceptions=True)
    for error in errors:
        assert isinstance(error, ZuoraError)
        assert error.code == "bad_credentials"
        assert SECRET not in error.detail
        assert "Invalid client_secret ***" in error.detail
    assert len(zuora.calls("/oauth/token")) == 1
    assert not zuora.calls("/workflows/7/export")


async def test_a_token_of_two_seconds_lasts_a_second_and_the_work_goes_on(zuora: SmallZuora) -> None:
    zuora.expires_in = 2
    zuora.answers["/workflows/7/export"] = says(EXPORT)
    async with gate_to(zuora) as gate:
        await asyncio.gather(*(gate.export(7) for _ in range(20)))
        assert zuora.tokens == 1
        await asyncio.sleep(1.05)
        await gate.export(7)
    assert zuora.tokens == 2


@pytest.mark.parametrize("token", [{}, {"access_token": None}, {"access_token": "a\nb"}, {"access_token": 7}])
async def test_a_token_that_is_none_is_not_sent(zuora: SmallZuora, token: dict[str, Any]) -> None:
    zuora.answers["/oauth/token"] = says(token)
    async with gate_to(zuora) as gate:
        assert (await failure_of(gate.export(7))).code == "malformed"
    assert not zuora.calls("/workflows/7/export")


async def test_a_host_that_is_not_allowed_is_never_called(zuora: SmallZuora) -> None:
    async with gates_to(zuora, origins=frozenset()) as gates:
        gate = gates.of(credentials(zuora.origin))
        assert (await failure_of(gate.export(7))).code == "host_not_allowed"
        assert (await gate.check()).code == "host_not_allowed"
    assert not zuora.seen


async def test_cookies_of_one_customer_are_not_sent_for_another(zuora: SmallZuora) -> None:
    zuora.answers["/workflows/7/export"] = says(EXPORT, Set_Cookie="session=acme; Path=/")
    named = zuora.origin.replace("127.0.0.1", "localhost")  # of bare addresses, no jar keeps any
    async with gates_to(zuora, origins=frozenset({named})) as gates:
        for client in ("acme", "globex"):
            await gates.of(credentials(named, client_id=client)).export(7)
    assert all("Cookie" not in seen.headers for seen in zuora.seen)
