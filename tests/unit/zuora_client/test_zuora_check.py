"""What credentials can do, told by a check."""

import pytest

from unit.zuora_client.small_zuora import Handler, SmallZuora, after, gate_to, says

LIST = says({"data": [{"id": 7, "active_version": {"id": 1, "version": "1"}}], "pagination": {"next_page": None}})
EXPORT = says({"workflow": {}})
FORBIDDEN = says({"code": "x", "message": "no"}, status=403)


async def rights(zuora: SmallZuora, **answers: Handler) -> tuple[bool, str, str, str, str]:
    paths = {"token": "/oauth/token", "listing": "/workflows", "export": "/workflows/7/export"}
    zuora.answers |= {"/workflows": LIST, "/workflows/7/export": EXPORT}
    zuora.answers |= {paths[name]: answer for name, answer in answers.items()}
    async with gate_to(zuora, tries=1) as gate:
        check = await gate.check()
    assert bool(check.detail) is not check.ok
    return check.ok, check.token, check.listing, check.exporting, check.code


async def test_all_rights_are_there(zuora: SmallZuora) -> None:
    assert await rights(zuora) == (True, "granted", "granted", "granted", "")
    assert len(zuora.seen) == 3


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"token": says({}, status=401)}, (False, "refused", "unknown", "unknown", "bad_credentials")),
        ({"listing": FORBIDDEN}, (False, "granted", "refused", "unknown", "listing_forbidden")),
        ({"export": FORBIDDEN}, (False, "granted", "granted", "refused", "export_forbidden")),
        ({"export": says({}, status=404)}, (True, "granted", "granted", "unknown", "")),
        ({"listing": says({"data": []})}, (True, "granted", "granted", "unknown", "")),
        ({"listing": says({}, status=500)}, (False, "granted", "unknown", "unknown", "unavailable")),
    ],
)
async def test_what_is_missing_is_told(
    zuora: SmallZuora, answers: dict[str, Handler], told: tuple[object, ...]
) -> None:
    assert await rights(zuora, **answers) == told


async def test_a_check_ends_in_time(zuora: SmallZuora) -> None:
    zuora.answers["/workflows"] = after(60, LIST)
    async with gate_to(zuora, check_seconds=1.0) as gate:
        check = await gate.check()
    assert (check.ok, check.listing, check.code) == (False, "unknown", "unavailable")
    assert "1 s" in check.detail


async def test_a_check_asks_for_a_token_even_where_there_is_one(zuora: SmallZuora) -> None:
    zuora.answers |= {"/workflows": LIST, "/workflows/7/export": EXPORT}
    async with gate_to(zuora) as gate:
        await gate.export(7)
        zuora.answers["/oauth/token"] = says({}, status=401)
        assert (await gate.check()).code == "bad_credentials"


async def test_a_workflow_without_an_active_version_is_tried_as_a_draft(zuora: SmallZuora) -> None:
    await rights(zuora, listing=says({"data": [{"id": 7, "active_version": None}]}))
    assert zuora.seen[-1].query == {"version": "latest"}
