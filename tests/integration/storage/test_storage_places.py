"""What generators store, gateways give, in every place that files can have."""

import asyncio

from integration.storage.places import Place, content, gateways, generators
from pressroom_common.ids import uuid7

PNG = b"\x89PNG\r\n\x1a\npixels"


def key_of(job: str, name: str = "image-1-0123456789abcdef.png") -> str:
    return f"{job}/{name}"


async def test_what_a_generator_stores_a_gateway_finds(place: Place) -> None:
    key = key_of(str(uuid7()))
    assert await generators(place).put(key, PNG, "image/png") == key
    assert place.stored() == {key}
    assert await content(await gateways(place).find(key, 60)) == PNG


async def test_a_second_content_of_a_key_takes_the_first_ones_place(place: Place) -> None:
    key = key_of(str(uuid7()))
    for each in (b"first", PNG):
        await generators(place).put(key, each, "image/png")
    assert place.stored() == {key}
    assert await content(await gateways(place).find(key, 60)) == PNG


async def test_a_large_file_comes_back_whole(place: Place) -> None:
    key, large = key_of(str(uuid7())), bytes(range(256)) * 40_000
    await generators(place).put(key, large, "image/png")
    assert await content(await gateways(place).find(key, 60)) == large


async def test_a_file_that_nobody_stored_is_not_there(place: Place) -> None:
    await generators(place).put(key_of(str(uuid7())), PNG, "image/png")
    assert await content(await gateways(place).find(key_of(str(uuid7())), 60)) is None


async def test_what_is_no_files_key_is_not_looked_for(place: Place) -> None:
    for key in ("secret.png", "../secret.png", f"{uuid7()}/x.html", f"{uuid7()}/", ""):
        assert await gateways(place).find(key, 60) is None


async def test_all_files_of_a_job_are_deleted_and_no_others(place: Place) -> None:
    storage, jobs = generators(place), [str(uuid7()) for _ in range(3)]
    names = [f"image-{number}-0123456789abcdef.png" for number in range(1, 6)]
    await asyncio.gather(*(storage.put(key_of(job, name), PNG, "image/png") for job in jobs for name in names))
    await storage.delete(jobs[0])
    assert place.stored() == {key_of(job, name) for job in jobs[1:] for name in names}
    assert await content(await gateways(place).find(key_of(jobs[0], names[0]), 60)) is None
    assert await content(await gateways(place).find(key_of(jobs[1], names[0]), 60)) == PNG


async def test_deleting_twice_or_by_two_or_what_never_was_does_no_harm(place: Place) -> None:
    storage, job = generators(place), str(uuid7())
    await storage.delete(job)
    names = [f"image-{number}-0123456789abcdef.png" for number in range(1, 21)]
    await asyncio.gather(*(storage.put(key_of(job, name), PNG, "image/png") for name in names))
    await asyncio.gather(*(generators(place).delete(job) for _ in range(4)))
    await storage.delete(job)
    assert place.stored() == set()
    await storage.put(key_of(job), PNG, "image/png")
    assert place.stored() == {key_of(job)}
