"""Prompts, their versions and labels, as clients meet them."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]
import pytest

from integration.gateway.clients import Client, Clients, Tenant

TEMPLATE = "Write about {{topic}}."


async def add(client: Client, **wish: Any) -> dict[str, Any]:
    return await client.made("/v1/prompts", {"name": "Article", "template": TEMPLATE, **wish})


async def render(client: Client, prompt: dict[str, Any], **wish: Any) -> Any:
    return (await client.post(f"/v1/prompts/{prompt['id']}/render", wish)).json()


async def test_a_new_prompt_has_version_one_in_production(tenant: Tenant) -> None:
    editor = await tenant.client()
    answer = await editor.post("/v1/prompts", {"name": "Article", "type": "product", "template": TEMPLATE})
    made = answer.json()
    assert answer.headers["location"] == f"/v1/prompts/{made['id']}"
    assert (made["labels"], made["latest_version"]) == ({"production": 1}, 1)
    assert (made["type"], made["active"], made["system_wide"]) == ("product", True, False)
    assert made["created_by"] == "key:a editor"
    assert (await editor.get(f"/v1/prompts/{made['id']}")).json() == made


async def test_versions_are_numbered_without_gaps_also_when_they_come_at_once(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    path = f"/v1/prompts/{prompt['id']}/versions"
    made = await asyncio.gather(*(editor.made(path, {"template": f"Version {n}"}) for n in range(8)))
    assert sorted(version["number"] for version in made) == list(range(2, 10))


async def test_a_version_tells_its_variables_and_model(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor, template="{{a}} {{ b }} {{a}}", model="gpt-4o-mini")
    version = (await editor.get(f"/v1/prompts/{prompt['id']}/versions")).json()["items"][0]
    assert (version["variables"], version["model"]) == (["a", "b"], "gpt-4o-mini")


async def test_versions_are_listed_newest_first_page_by_page(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    path = f"/v1/prompts/{prompt['id']}/versions"
    for _ in range(4):
        await editor.made(path, {"template": "Another."})
    pages = [(await editor.get(path, limit=2)).json()]
    while pages[-1]["next_cursor"]:
        pages.append((await editor.get(path, limit=2, cursor=pages[-1]["next_cursor"])).json())
    assert [[version["number"] for version in page["items"]] for page in pages] == [[5, 4], [3, 2], [1]]


async def test_a_version_cannot_be_changed_not_even_in_the_database(tenant: Tenant, stored: Any) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    answer = await editor.patch(f"/v1/prompts/{prompt['id']}", {"template": "Changed."})
    assert answer.json()["errors"] == [{"field": "template", "message": "unknown field"}]
    assert (await editor.put(f"/v1/prompts/{prompt['id']}/versions", {})).status_code == 405
    with pytest.raises(asyncpg.PostgresError, match="never changes"):
        await stored("UPDATE gateway.prompt_versions SET template = 'x' WHERE prompt_id = $1", prompt["id"])


async def test_moving_a_label_changes_what_is_rendered(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    await editor.made(f"/v1/prompts/{prompt['id']}/versions", {"template": "Sing about {{topic}}.", "model": "m2"})
    assert (await render(editor, prompt, variables={"topic": "tea"}))["text"] == "Write about tea."

    moved = await editor.put(f"/v1/prompts/{prompt['id']}/labels/production", {"version": 2})
    assert moved.json()["labels"] == {"production": 2}
    rendered = await render(editor, prompt, variables={"topic": "tea"})
    assert rendered == {"text": "Sing about tea.", "prompt_version": 2, "model": "m2"}


async def test_a_draft_is_rendered_by_its_label_or_number(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    await editor.made(f"/v1/prompts/{prompt['id']}/versions", {"template": "Draft."})
    await editor.put(f"/v1/prompts/{prompt['id']}/labels/draft", {"version": 2})
    assert (await render(editor, prompt, label="draft"))["text"] == "Draft."
    assert (await render(editor, prompt, version=2))["text"] == "Draft."
    assert (await render(editor, prompt, version=2, label="draft"))["code"] == "invalid_request"


async def test_a_removed_label_is_gone(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    path = f"/v1/prompts/{prompt['id']}/labels/production"
    assert [(await editor.delete(path)).status_code for _ in range(2)] == [204, 404]
    rendered = await render(editor, prompt, variables={"topic": "tea"})
    assert rendered["errors"] == [{"field": "label", "message": "the prompt has no version labelled `production`"}]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"prompt_version": 9}, "prompt_version"),
        ({"prompt_label": "draft"}, "prompt_label"),
        ({"prompt_version": 1, "prompt_label": "draft"}, "prompt_label"),
    ],
)
async def test_a_generation_is_told_the_names_of_its_own_fields(
    tenant: Tenant, wish: dict[str, Any], field: str
) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    answer = await editor.post("/v1/generations", {"prompt_id": prompt["id"], **wish})
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize("label", ["Production", "a b", "x" * 41, "é"])
async def test_labels_are_short_and_plain(tenant: Tenant, label: str) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    answer = await editor.put(f"/v1/prompts/{prompt['id']}/labels/{label}", {"version": 1})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "label")


async def test_a_label_cannot_point_at_a_version_that_is_not_there(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    answer = await editor.put(f"/v1/prompts/{prompt['id']}/labels/draft", {"version": 7})
    assert answer.json()["errors"] == [{"field": "version", "message": "the prompt has no version 7"}]


async def test_all_missing_variables_are_named(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor, template="{{a}} {{b}} {{c}}")
    answer = await editor.post(f"/v1/prompts/{prompt['id']}/render", {"variables": {"b": "B", "unused": 1}})
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_variable")
    assert [error["field"] for error in answer.json()["errors"]] == ["variables.a", "variables.c"]


async def test_page_and_instructions_are_appended_and_never_substituted(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    page = await editor.made(
        "/v1/pages", {"url": "https://example.com/{{topic}}", "keyword": "green tea", "language": "en", "title": "Tea"}
    )
    rendered = await render(
        editor,
        prompt,
        variables={"topic": "{{topic}} and {{other}}"},
        page_id=page["id"],
        additional_instructions="Mention {{topic}}.",
    )
    assert rendered["text"] == (
        "Write about {{topic}} and {{other}}.\n\n"
        "Page:\nURL: https://example.com/{{topic}}\nTitle: Tea\nKeyword: green tea\nLanguage: en\n\n"
        "Additional instructions:\nMention {{topic}}."
    )


async def test_a_text_that_would_be_huge_is_refused(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor, template="{{x}}" * 20_000)
    answer = await editor.post(f"/v1/prompts/{prompt['id']}/render", {"variables": {"x": "y" * 500_000}})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_an_inactive_prompt_can_still_be_looked_at(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    changed = await editor.patch(f"/v1/prompts/{prompt['id']}", {"active": False, "name": "Old article"})
    assert (changed.json()["active"], changed.json()["name"], changed.json()["type"]) == (
        False,
        "Old article",
        "article",
    )
    assert (await render(editor, prompt, variables={"topic": "tea"}))["text"] == "Write about tea."


async def test_what_is_not_named_in_a_change_stays(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor, type="product")
    changed = (await editor.patch(f"/v1/prompts/{prompt['id']}", {})).json()
    assert {**changed, "updated_at": prompt["updated_at"]} == prompt


async def test_a_name_cannot_be_removed(tenant: Tenant) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    answer = await editor.patch(f"/v1/prompts/{prompt['id']}", {"name": None})
    assert answer.json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "Taken"}),
        ("DELETE", "", None),
        ("GET", "/versions", None),
        ("POST", "/versions", {"template": "t"}),
        ("PUT", "/labels/draft", {"version": 1}),
        ("DELETE", "/labels/production", None),
        ("POST", "/render", {"variables": {"topic": "tea"}}),
    ],
)
async def test_another_tenants_prompt_is_not_there(
    clients: Clients, tenant: Tenant, method: str, path: str, body: Any
) -> None:
    owner = await tenant.client()
    prompt = await add(owner)
    stranger = await (await clients.tenant()).client()
    for client in (stranger, clients.admin):
        answer = await client.send(method, f"/v1/prompts/{prompt['id']}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await owner.get(f"/v1/prompts/{prompt['id']}")).json() == prompt


async def test_lists_show_own_and_system_wide_prompts_only(clients: Clients, tenant: Tenant) -> None:
    shared = await add(clients.admin, name="For all", system_wide=True)
    await add(await (await clients.tenant()).client(), name="Foreign")
    editor = await tenant.client()
    own = await add(editor, name="Own")
    listed = (await editor.get("/v1/prompts")).json()["items"]
    assert listed[0]["id"] == own["id"]
    assert shared["id"] in {prompt["id"] for prompt in listed}
    assert all(prompt["system_wide"] or prompt["id"] == own["id"] for prompt in listed)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"name": "Taken"}),
        ("DELETE", "", None),
        ("POST", "/versions", {"template": "t"}),
        ("PUT", "/labels/draft", {"version": 1}),
        ("DELETE", "/labels/production", None),
    ],
)
async def test_a_system_wide_prompt_is_read_by_all_and_written_by_super_admins(
    clients: Clients, tenant: Tenant, method: str, path: str, body: Any
) -> None:
    prompt = await add(clients.admin, system_wide=True)
    reader = await tenant.client("tenant-admin")
    assert (await reader.get(f"/v1/prompts/{prompt['id']}")).json()["system_wide"] is True
    assert (await render(reader, prompt, variables={"topic": "tea"}))["text"] == "Write about tea."
    refused = await reader.send(method, f"/v1/prompts/{prompt['id']}{path}", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await clients.admin.send(method, f"/v1/prompts/{prompt['id']}{path}", body)).status_code < 300


async def test_only_super_admins_make_system_wide_prompts(tenant: Tenant) -> None:
    admin = await tenant.client("tenant-admin")
    answer = await admin.post("/v1/prompts", {"name": "n", "template": "t", "system_wide": True})
    assert answer.status_code == 403


async def test_filters_narrow_the_list(tenant: Tenant) -> None:
    editor = await tenant.client()
    article = await add(editor, name="Long 100% article")
    product = await add(editor, name="Short product", type="product", active=False)

    async def found(**query: Any) -> list[str]:
        listed = await editor.get("/v1/prompts", system_wide=False, **query)
        return [prompt["id"] for prompt in listed.json()["items"]]

    assert await found() == [product["id"], article["id"]]
    assert await found(type="product") == [product["id"]]
    assert await found(active=True) == [article["id"]]
    assert await found(text="100% ART") == [article["id"]]
    assert await found(text="_") == []


async def test_pages_of_the_list_do_not_shift_under_new_prompts(tenant: Tenant) -> None:
    editor = await tenant.client()
    made = [(await add(editor))["id"] for _ in range(5)]
    first = (await editor.get("/v1/prompts", limit=2, system_wide=False)).json()
    await add(editor)
    second = (await editor.get("/v1/prompts", limit=2, system_wide=False, cursor=first["next_cursor"])).json()
    last = (await editor.get("/v1/prompts", limit=2, system_wide=False, cursor=second["next_cursor"])).json()
    listed = [prompt["id"] for page in (first, second, last) for prompt in page["items"]]
    assert listed == made[::-1]
    assert last["next_cursor"] is None


async def test_a_deleted_prompt_is_gone_with_its_versions(tenant: Tenant, stored: Any) -> None:
    editor = await tenant.client()
    prompt = await add(editor)
    assert (await editor.delete(f"/v1/prompts/{prompt['id']}")).status_code == 204
    assert (await editor.get(f"/v1/prompts/{prompt['id']}")).status_code == 404
    assert await stored("SELECT 1 FROM gateway.prompt_versions WHERE prompt_id = $1", prompt["id"]) is None


async def test_a_prompt_that_never_was_is_not_found(tenant: Tenant) -> None:
    editor = await tenant.client()
    assert (await editor.get(f"/v1/prompts/{uuid4()}")).status_code == 404
