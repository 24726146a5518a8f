"""Generate now, where the provider is slower than the client may wait."""

import asyncio
import time

import aiohttp

from chaos.live.system import LiveSystem

WAITING = 50
LIMIT_SECONDS = 2.0
WISH = {"prompt": "Write about patience", "execution_mode": "sync"}


async def test_all_that_wait_too_long_are_handed_over_and_bought_once(
    live_system: LiveSystem, http: aiohttp.ClientSession
) -> None:
    await live_system.writes(latency_ms=4_000, latency_jitter=0)

    async def generate() -> tuple[int, float, dict[str, str]]:
        began = time.monotonic()
        headers = {"Prefer": f"wait={LIMIT_SECONDS:g}"}
        async with http.post(f"{live_system.origins[0]}/v1/generations", json=WISH, headers=headers) as answer:
            return answer.status, time.monotonic() - began, await answer.json()

    answers = await asyncio.gather(*(generate() for _ in range(WAITING)))
    assert [status for status, _, _ in answers] == [202] * WAITING
    assert all(body["handed_over"] and "longer than expected" in body["detail"] for _, _, body in answers)
    assert min(seconds for _, seconds, _ in answers) >= LIMIT_SECONDS

    ids = {body["id"] for _, _, body in answers}
    assert len(ids) == WAITING
    rows = await live_system.settled()
    made = rows.of(id_ for id_ in rows.jobs if str(id_) in ids)
    assert [job.status for job in made.jobs.values()] == ["completed"] * WAITING
    calls = {str(call.id) for call in made.all_calls}
    heard = [call for call in await live_system.provider.calls() if call.client_request_id in calls]
    assert len(calls) == len(heard) == WAITING
