"""The library against running services."""

import asyncio

import pytest

from integration.delivery.system import System
from pressroom_client import AsyncPressroom, Generation, HandedOver, Pressroom, PressroomError, RetryPolicy


async def test_many_texts_and_one_wait(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    async with AsyncPressroom(system.origin, keys[0]) as client:
        made = await asyncio.gather(*(client.generations.create(f"Write about number {n}") for n in range(20)))
        seen: list[int] = []
        found = await client.wait([job.id for job in made], interval=0.1, on_progress=lambda s: seen.append(s.over))
        listed = [each.id async for each in client.generations.list(limit=20)]
    assert (found.total, found.completed, seen[-1]) == (20, 20, 20)
    assert {job.id for job in made} == set(listed)
    await system.check([job.id for job in made])


async def test_the_text_or_the_hand_over(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    async with AsyncPressroom(system.origin, keys[0]) as client:
        text = await client.generations.generate("Write about tea")
        await system.provider.behaves(latency_ms=3000)
        later = await client.generations.generate("Write about coffee", wait=1)
        assert isinstance(text, Generation)
        assert text.content
        assert isinstance(later, HandedOver)
        await client.wait([later.id], interval=0.2)
        assert (await client.generations.get(later.id)).content
    await system.check([text.id, later.id])


async def test_a_provider_that_throttles_is_the_callers_to_decide(system: System, keys: tuple[str, str]) -> None:
    await system.start_worker()
    await system.provider.behaves(fail=[{"status": 429, "retry_after": 7, "times": 1}])
    async with AsyncPressroom(system.origin, keys[0]) as client:
        with pytest.raises(PressroomError) as caught:
            await client.generations.generate("Write about tea")
    assert (caught.value.code, caught.value.retry_after) == ("provider_rate_limited", 7)


async def test_work_outlives_a_gateway_that_is_away_and_is_made_once(system: System, keys: tuple[str, str]) -> None:
    process, origin = await system.start_gateway("gateway-client", "pressroom_gateway")
    process.kill()
    before = set((await system.rows()).jobs)
    async with AsyncPressroom(origin, keys[0], retries=RetryPolicy(tries=30, longest_seconds=1)) as client:
        making = asyncio.create_task(client.generations.create("Write about tea", priority="low"))
        await asyncio.sleep(1)
        assert not making.done()
        process.start()
        made = await making
        await client.jobs.cancel(made.id)
    assert set((await system.rows()).jobs) - before == {made.id}


async def test_the_same_key_is_the_same_job(system: System, keys: tuple[str, str]) -> None:
    def twice() -> set[object]:
        with Pressroom(system.origin, keys[0]) as client:
            made = [client.generations.create("Write about tea", idempotency_key="order-4711") for _ in range(2)]
            client.jobs.cancel(made[0].id)
            return {job.id for job in made}

    assert len(await asyncio.to_thread(twice)) == 1


async def test_prompts_pages_and_keys_of_a_tenant(system: System, keys: tuple[str, str]) -> None:
    async with AsyncPressroom(system.origin, keys[0]) as editor, AsyncPressroom(system.origin, keys[1]) as admin:
        page = await editor.pages.create("https://example.com/tea", keyword="tea", language="en", title="Tea")
        assert (await editor.pages.change(page.id, title=None)).title is None
        assert page.id in [each.id async for each in editor.pages.list(text="example")]
        await editor.pages.delete(page.id)
        tenant = await admin.admin.tenants.create("client-tests", "Client tests")
        assert (await admin.admin.tenants.limit(tenant.slug, 7)).max_jobs == 7
        made = await admin.admin.tenants.keys(tenant.slug).create("reader", "viewer", scopes=["jobs:read"])
        async with AsyncPressroom(system.origin, made.key.get_secret_value()) as reader:
            assert (await reader.me()).tenant.slug == "client-tests"
            with pytest.raises(PressroomError, match="forbidden"):
                await reader.prompts.create("a", "b")
        await admin.admin.tenants.keys(tenant.slug).revoke(made.id)
        [listed] = [key async for key in admin.admin.tenants.keys(tenant.slug).list()]
        assert listed.revoked_at is not None
