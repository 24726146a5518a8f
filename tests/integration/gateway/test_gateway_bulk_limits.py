"""Bulk requests whose items depend on one another a thousandfold: neither the answer nor the wait grows with it."""

import time
from typing import Any

import pytest

from integration.gateway.clients import Client, Tenant

BULK = "/v1/generations/bulk"
COUNT = 1000


def name(number: int) -> str:
    return f"{number:04d}{'x' * 96}"


def item(number: int, *needs: int) -> dict[str, Any]:
    return {"prompt": "p", "name": name(number), "depends_on": [name(need) for need in needs]}


CYCLE = [item(number, (number + 1) % COUNT) for number in range(COUNT)]


async def errors_of(client: Client, wish: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.post(BULK, wish)
    assert answer.status_code == 422, answer.text
    assert len(answer.content) < 1_000_000
    errors: list[dict[str, Any]] = answer.json()["errors"]
    return errors


@pytest.mark.parametrize("on_error", ["fail", "skip"])
async def test_too_many_dependencies_are_one_error_of_the_request_and_told_soon(tenant: Tenant, on_error: str) -> None:
    client = await tenant.client()
    needs = [[f"n{m}" for m in range(max(0, n - 100), n)] for n in range(COUNT)]
    wish = [{"prompt": "p", "name": f"n{n}", "depends_on": names} for n, names in enumerate(needs)]
    began = time.perf_counter()
    (error,) = await errors_of(client, {"items": wish, "on_error": on_error})
    assert time.perf_counter() - began < 10  # it would be half a minute
    assert error["field"] == "items"
    assert "10000 dependencies at most, these items have 94950" in error["message"]
    assert (await client.get("/v1/batches")).json()["items"] == []


async def test_a_long_cycle_is_told_in_an_answer_that_is_not_long(tenant: Tenant) -> None:
    client = await tenant.client()
    errors = await errors_of(client, {"items": CYCLE})
    assert errors[0]["field"] == "items.0.depends_on"
    assert errors[0]["message"].endswith("… and 990 more")
    assert len(errors) > 100


async def test_what_is_kept_of_a_long_cycle_is_not_long_and_no_list_reads_it(tenant: Tenant) -> None:
    client = await tenant.client()
    circle = [*CYCLE[: COUNT - 2], item(COUNT - 2, 0)]
    made = await client.post(BULK, {"items": [{"prompt": "p"}, *circle], "on_error": "skip"})
    assert (made.status_code, made.json()["total"]) == (202, 1), made.text
    shown = await client.get(f"/v1/batches/{made.json()['id']}")
    assert len(shown.content) < 1_000_000
    assert shown.json()["errors"] == made.json()["errors"]
    (listed,) = (await client.get("/v1/batches")).json()["items"]
    assert listed["id"] == made.json()["id"]
