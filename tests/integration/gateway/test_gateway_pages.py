"""Pages, as clients meet them."""

from typing import Any

import pytest

from integration.gateway.clients import Client, Clients, Tenant

PAGE = {"url": "https://example.com/tea", "keyword": "green tea", "language": "en-GB"}


async def add(client: Client, **wish: Any) -> dict[str, Any]:
    return await client.made("/v1/pages", {**PAGE, **wish})


async def test_a_page_is_read_as_it_was_written(tenant: Tenant) -> None:
    editor = await tenant.client()
    metadata = {"views": 12, "ratio": 0.5, "live": True, "section": "Ünïcode 🍵", "none": None}
    answer = await editor.post("/v1/pages", {**PAGE, "title": "Tea", "metadata": metadata})
    made = answer.json()
    assert answer.headers["location"] == f"/v1/pages/{made['id']}"
    assert {name: made[name] for name in PAGE} == PAGE
    assert (made["title"], made["metadata"]) == ("Tea", metadata)
    assert (await editor.get(f"/v1/pages/{made['id']}")).json() == made


async def test_a_change_touches_what_it_names(tenant: Tenant) -> None:
    editor = await tenant.client()
    page = await add(editor, title="Tea", metadata={"a": 1})
    path = f"/v1/pages/{page['id']}"
    changed = (await editor.patch(path, {"keyword": "black tea"})).json()
    assert {**changed, "updated_at": page["updated_at"]} == {**page, "keyword": "black tea"}
    assert (await editor.patch(path, {"title": None, "metadata": {"b": 2}})).json()["title"] is None
    assert (await editor.get(path)).json()["metadata"] == {"b": 2}


async def test_a_deleted_page_is_gone(tenant: Tenant) -> None:
    editor = await tenant.client()
    path = f"/v1/pages/{(await add(editor))['id']}"
    assert [(await editor.delete(path)).status_code for _ in range(2)] == [204, 404]
    assert (await editor.get(path)).status_code == 404


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"keyword": "k"}), ("DELETE", None)])
async def test_another_tenants_page_is_not_there(clients: Clients, tenant: Tenant, method: str, body: Any) -> None:
    page = await add(await tenant.client())
    stranger = await (await clients.tenant()).client()
    answer = await stranger.send(method, f"/v1/pages/{page['id']}", body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await stranger.get("/v1/pages")).json()["items"] == []


async def test_another_tenants_page_cannot_be_used_in_a_prompt(clients: Clients, tenant: Tenant) -> None:
    page = await add(await tenant.client())
    stranger = await (await clients.tenant()).client()
    prompt = await stranger.made("/v1/prompts", {"name": "n", "template": "t"})
    answer = await stranger.post(f"/v1/prompts/{prompt['id']}/render", {"page_id": page["id"]})
    assert answer.status_code == 404
    assert "page" in answer.json()["detail"]


async def test_filters_and_pages_of_the_list(tenant: Tenant) -> None:
    editor = await tenant.client()
    tea = await add(editor, keyword="tea")
    coffee = await add(editor, keyword="coffee", language="de", title="Kaffee")

    async def found(**query: Any) -> list[str]:
        return [page["id"] for page in (await editor.get("/v1/pages", **query)).json()["items"]]

    assert await found(language="de") == [coffee["id"]]
    assert await found(text="KAFF") == [coffee["id"]]
    first = (await editor.get("/v1/pages", limit=1)).json()
    assert [page["id"] for page in first["items"]] == [coffee["id"]]
    assert await found(limit=1, cursor=first["next_cursor"]) == [tea["id"]]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"url": "example.com"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://example.com/a b"}, "url"),
        ({"url": "https://example.com:99999/"}, "url"),
        ({"keyword": "two\nlines"}, "keyword"),
        ({"keyword": "   "}, "keyword"),
        ({"language": "not a language"}, "language"),
        ({"metadata": {"nested": {"too": "deep"}}}, "metadata.nested"),
    ],
)
async def test_a_wrong_field_is_named(tenant: Tenant, wish: dict[str, Any], field: str) -> None:
    editor = await tenant.client()
    answer = await editor.post("/v1/pages", {**PAGE, **wish})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"].startswith(field)
