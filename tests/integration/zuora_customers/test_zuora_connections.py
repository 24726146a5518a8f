"""Whether an environment's credentials work: asked of a fake Zuora over HTTP, and told which right is missing."""

from typing import Any
from uuid import UUID

import pytest

from integration.zuora_customers.desk import RunningService, environment
from pressroom_devstack.fake_zuora import AccountSpec, FakeZuora

SECRET = "canary-secret-of-an-account"


@pytest.fixture(autouse=True)
async def accounts(fake_zuora: FakeZuora) -> None:
    await fake_zuora.reset()
    await fake_zuora.seed(
        AccountSpec(client_id="all", client_secret=SECRET, workflows=2),
        AccountSpec(client_id="viewer", client_secret=SECRET, workflows=2, rights=("view",)),
        AccountSpec(client_id="nobody", client_secret=SECRET, workflows=2, rights=()),
        AccountSpec(client_id="empty", client_secret=SECRET),
    )


async def checked(service: RunningService, fake: FakeZuora, client_id: str, secret: str) -> Any:
    wish = environment(base_url=fake.origin, client_id=client_id, client_secret=secret)
    customer = await service.customer("", wish)
    answer = await service.ask("POST", f"/environments/{customer['environments'][0]['id']}/test")
    assert "canary" not in answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("client_id", "secret", "rights", "code"),
    [
        ("all", SECRET, ["granted", "granted", "granted"], ""),
        ("viewer", SECRET, ["granted", "granted", "refused"], "export_forbidden"),
        ("nobody", SECRET, ["granted", "refused", "unknown"], "listing_forbidden"),
        ("all", "canary-wrong", ["refused", "unknown", "unknown"], "bad_credentials"),
        ("empty", SECRET, ["granted", "granted", "unknown"], ""),
    ],
)
async def test_a_test_says_which_right_is_missing(
    service: RunningService, fake_zuora: FakeZuora, client_id: str, secret: str, rights: list[str], code: str
) -> None:
    check = await checked(service, fake_zuora, client_id, secret)
    assert [check["token"], check["listing"], check["exporting"]] == rights
    assert (check["code"], check["ok"], bool(check["detail"])) == (code, not code, bool(code))


async def test_a_secret_of_an_unknown_key_is_told_as_that(service: RunningService) -> None:
    customer = await service.customer("", environment())
    path = f"/environments/{customer['environments'][0]['id']}"
    await service.tables.execute("UPDATE environments SET key_id = '2019' WHERE customer_id = :id", id=customer["id"])
    check = await service.answer("POST", f"{path}/test")
    assert (check["ok"], check["token"], check["code"]) == (False, "unknown", "secret_unreadable")
    assert "'2019'" in check["detail"]
    assert (await service.answer("GET", path))["name"] == "production"
    await service.answer("PATCH", path, {"client_secret": "anew"})
    assert (await service.tables.opened_secret(UUID(customer["environments"][0]["id"]))) == "anew"
