"""A job that is done once more keeps what it has, and an article is not retried with the edits of a text."""

from typing import Any
from uuid import uuid4

import pytest

from integration.gateway.clients import Client, Tenant
from integration.gateway.test_gateway_articles import Stored, completed, submitted
from pressroom_gateway.settings import Settings


async def is_shown(client: Client, article_id: str) -> str:
    """As everybody has it who reads the article; its status."""
    path = f"/v1/articles/{article_id}"
    shown = (await client.get(path)).json()
    assert [each["text"] for each in shown["sections"]] == ["**Hot** <script>x</script>", None]
    assert (await client.get(path, format="html")).status_code == 200
    job = (await client.get(f"/v1/jobs/{article_id}")).json()
    assert job["result"]["title"] == shown["title"]
    assert job["status"] == shown["status"]
    return str(shown["status"])


async def test_an_article_that_is_done_once_more_stays_readable_until_it_is_there(
    tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    assert await is_shown(client, article_id) == "completed"
    again = await client.post(f"/v1/jobs/{article_id}/restart", {"from_step": "summary"})
    assert again.status_code == 202
    assert await is_shown(client, article_id) == "pending"
    assert (await client.post(f"/v1/jobs/{article_id}/cancel", None)).status_code in {200, 202}
    assert await is_shown(client, article_id) in {"cancelling", "cancelled"}


@pytest.mark.parametrize("step", ["section.99", "section.01", "headings.1", "image.2"])
async def test_a_restart_from_a_step_that_the_article_has_not_changes_nothing(
    tenant: Tenant, stored: Stored, gateway_settings: Settings, step: str
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    refused = await client.post(f"/v1/jobs/{article_id}/restart", {"from_step": step})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == "from_step"
    assert "section.1 to section.3, image, image.1, summary" in error["message"]
    assert await is_shown(client, article_id) == "completed"


@pytest.mark.parametrize("edits", [{"prompt": "Write about milk"}, {"priority": "high"}, {"model": "m"}])
async def test_an_article_is_not_retried_with_edits_and_is_told_what_to_do(
    tenant: Tenant, stored: Stored, gateway_settings: Settings, edits: dict[str, Any]
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    waiting = await client.post(f"/v1/jobs/{article_id}/retry", edits)
    await completed(stored, gateway_settings, article_id)
    over = await client.post(f"/v1/jobs/{article_id}/retry", edits)
    for refused in (waiting, over):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert "/restart" in refused.json()["detail"]


async def test_what_is_not_there_is_neither_retried_with_edits_nor_restarted(tenant: Tenant) -> None:
    client = await tenant.client()
    assert (await client.post(f"/v1/jobs/{uuid4()}/retry", {"model": "m"})).status_code == 404
    assert (await client.post(f"/v1/jobs/{uuid4()}/restart", {"from_step": "section.1"})).status_code == 404
