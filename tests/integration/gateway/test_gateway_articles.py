"""`/v1/articles` and `/v1/files`. No worker runs here: what a worker would tell is written into the ledger."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from integration.gateway.clients import Client, Clients, Tenant
from pressroom_common.contracts import (
    ArticleImage,
    ArticleMeta,
    ArticleQuestion,
    ArticleResult,
    ArticleSection,
    JobError,
    encode,
)
from pressroom_gateway.settings import Settings

Stored = Callable[..., Awaitable[asyncpg.Record]]
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
PNG = b"\x89PNG\r\n\x1a\npixels"
WISH = {"topic": "Green tea", "language": "ar", "keywords": ["tea"], "sections": 3, "images": 1, "run_at": LATER}


async def submitted(client: Client, **wishes: Any) -> str:
    answer = await client.post("/v1/articles", WISH | wishes)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def leave(path: Path) -> None:
    """As a generator would."""
    path.parent.mkdir()
    path.write_bytes(PNG)


def lose(path: Path) -> None:
    path.unlink()


async def completed(stored: Stored, settings: Settings, article_id: str) -> str:
    """Written by hand as a generator would; the image's key."""
    key = f"{article_id}/image-1-0123456789abcdef.png"
    leave(Path(settings.storage_dir, key))
    image = ArticleImage(key=key, content_type="image/png", alt="One")
    error = JobError(code="provider_failed", detail="The provider failed.", error_class="transient")
    result = ArticleResult(
        topic="Green tea",
        language="ar",
        direction="rtl",
        title="\u200fAll <b>about</b> tea",
        sections=(
            ArticleSection(heading="One", text="**Hot** <script>x</script>", image=image),
            ArticleSection(heading="Two", error=error),
        ),
        summary="In short.",
        meta=ArticleMeta(title="Tea", description="What it is.", slug="tea", keywords=("tea",)),
        faq=(ArticleQuestion(question="Why?", answer="So."),),
    )
    query = """
        UPDATE gateway.jobs SET status = 'completed', result = $2, completed_at = now(), due_at = NULL WHERE id = $1
        RETURNING id"""
    assert await stored(query, article_id, encode(result).decode())
    return key


async def test_an_article_is_a_job_with_the_input_that_was_asked_for(tenant: Tenant, stored: Stored) -> None:
    client = await tenant.client()
    answer = await client.post("/v1/articles", {**WISH, "images": True, "faq": 3, "partial": "allow", "tone": "dry"})
    assert answer.status_code == 202
    made = answer.json()
    assert answer.headers["location"] == made["links"]["self"] == f"/v1/articles/{made['id']}"
    assert made["links"]["events"] == f"/v1/jobs/{made['id']}/events"
    job = (await client.get(made["links"]["job"])).json()
    assert (job["kind"], job["status"], job["priority"]) == ("generation.article", "scheduled", "default")
    row = await stored("SELECT queue, input::text FROM gateway.jobs WHERE id = $1", made["id"])
    assert row["queue"] == "generator.default"
    assert '"images":3' in row["input"]
    assert '"faq":3' in row["input"]
    assert '"partial":"allow"' in row["input"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"topic": " "}, "topic"),
        ({"topic": "a\u0000b"}, "topic"),
        ({"topic": None}, "topic"),
        ({"language": "english language"}, "language"),
        ({"language": "../x"}, "language"),
        ({"sections": 0}, "sections"),
        ({"sections": 21}, "sections"),
        ({"images": 4}, ""),
        ({"images": -1}, "images"),
        ({"faq": 21}, "faq"),
        ({"keywords": ["x"] * 21}, "keywords"),
        ({"partial": "maybe"}, "partial"),
        ({"additional_instructions": "x" * 2001}, "additional_instructions"),
        ({"priority": "urgent"}, "priority"),
        ({"execution_mode": "sync"}, "execution_mode"),
        ({"run_at": "tomorrow"}, "run_at"),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused_by_its_field(
    tenant: Tenant, wish: dict[str, Any], field: str
) -> None:
    refused = await (await tenant.client()).post("/v1/articles", WISH | wish)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert refused.json()["errors"][0]["field"].startswith(field)


async def test_an_idempotency_key_makes_one_article(tenant: Tenant) -> None:
    client = await tenant.client()
    key = {"headers": {"Idempotency-Key": "one"}}
    first, again = [await client.post("/v1/articles", WISH, **key) for _ in range(2)]
    assert (first.status_code, first.json()["id"]) == (202, again.json()["id"])
    other = await client.post("/v1/articles", WISH | {"sections": 4}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


async def test_a_reader_may_not_write(tenant: Tenant) -> None:
    assert (await (await tenant.client("viewer")).post("/v1/articles", WISH)).status_code == 403


async def test_an_article_that_waits_says_what_it_is_about_and_is_no_page_yet(tenant: Tenant) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    shown = (await client.get(f"/v1/articles/{article_id}")).json()
    assert (shown["status"], shown["topic"], shown["language"], shown["title"]) == (
        "scheduled",
        "Green tea",
        "ar",
        None,
    )
    assert (shown["sections"], shown["meta"]) == ([], None)
    refused = await client.get(f"/v1/articles/{article_id}", format="html")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_a_completed_article_is_shown_as_json_markdown_and_safe_html(
    tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    path = f"/v1/articles/{article_id}"
    shown = (await client.get(path)).json()
    assert (shown["title"], shown["direction"]) == ("\u200fAll <b>about</b> tea", "rtl")
    assert [each["text"] for each in shown["sections"]] == ["**Hot** <script>x</script>", None]
    assert shown["sections"][1]["error"] == {
        "code": "provider_failed",
        "detail": "The provider failed.",
        "retryable": True,
    }
    for name in ("markdown", "md"):
        markdown = await client.get(path, format=name)
        assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
        assert "**Hot** <script>x</script>" in markdown.text
    page = await client.send("GET", path, headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "<strong>Hot</strong> &lt;script&gt;" in page.text
    assert "<script>" not in page.text


async def test_an_image_is_served_to_who_has_its_address(
    clients: Clients, tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    url = (await client.get(f"/v1/articles/{article_id}")).json()["sections"][0]["image"]["url"]
    served = await clients.anonymous.get(url)
    assert (served.status_code, served.content, served.headers["content-type"]) == (200, PNG, "image/png")
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-disposition"] == "inline"
    assert "private" in served.headers["cache-control"]


async def test_a_changed_an_old_and_a_wandering_address_are_refused(
    clients: Clients, tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    url = (await client.get(f"/v1/articles/{article_id}")).json()["sections"][0]["image"]["url"]
    path, _, query = url.partition("?")
    wrong = {
        url.replace("expires=", "expires=1"): 403,
        url[:-1] + ("0" if url[-1] != "0" else "1"): 403,
        path: 422,
        f"{path}?{query.replace('signature=', 'signature=%2e%2e')}": 422,
        f"/v1/files/..%2f..%2fetc%2fpasswd?{query}": 404,
        f"/v1/files/{article_id}/%2e%2e/x.png?{query}": 404,
    }
    for each, status in wrong.items():
        assert (await clients.anonymous.get(each)).status_code == status, each
    lose(Path(gateway_settings.storage_dir, article_id, "image-1-0123456789abcdef.png"))
    assert (await clients.anonymous.get(url)).status_code == 404


async def test_articles_are_listed_with_topics_and_titles_apart_from_generations(
    tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    first, second = [await submitted(client), await submitted(client, topic="Coffee", language="en")]
    text = (await client.post("/v1/generations", {"prompt": "x", "run_at": LATER})).json()["id"]
    await completed(stored, gateway_settings, first)
    listed = (await client.get("/v1/articles")).json()["items"]
    assert [(each["id"], each["topic"], each["title"]) for each in listed] == [
        (second, "Coffee", None),
        (first, "Green tea", "\u200fAll <b>about</b> tea"),
    ]
    page = (await client.get("/v1/articles", limit=1)).json()
    rest = (await client.get("/v1/articles", limit=1, cursor=page["next_cursor"])).json()
    assert [each["id"] for each in rest["items"]] == [first]
    assert [each["id"] for each in (await client.get("/v1/articles", status="completed")).json()["items"]] == [first]
    assert [each["id"] for each in (await client.get("/v1/generations")).json()["items"]] == [text]
    assert (await client.get(f"/v1/generations/{first}")).status_code == 404
    assert (await client.get(f"/v1/articles/{text}")).status_code == 404
    assert (await client.get(f"/v1/jobs/{first}")).json()["result"]["title"] == "\u200fAll <b>about</b> tea"


async def test_another_tenants_article_is_not_there(clients: Clients, tenant: Tenant) -> None:
    article_id = await submitted(await tenant.client())
    stranger = await (await clients.tenant()).client()
    assert (await stranger.get(f"/v1/articles/{article_id}")).status_code == 404
    assert (await stranger.get("/v1/articles")).json()["items"] == []


async def test_the_last_word_of_a_stream_is_the_article(
    tenant: Tenant, stored: Stored, gateway_settings: Settings
) -> None:
    client = await tenant.client()
    article_id = await submitted(client)
    await completed(stored, gateway_settings, article_id)
    events = (await client.get(f"/v1/jobs/{article_id}/events")).text
    assert "event: result" in events
    assert '"direction":"rtl"' in events
    assert f"/v1/files/{article_id}/image-1-" in events
