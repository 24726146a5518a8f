"""A gateway that dies at the worst moment: what it committed is done all the same, once."""

import signal
from contextlib import suppress
from uuid import UUID

import httpx2

from integration.delivery.load import under_load
from integration.delivery.system import System


async def test_a_job_is_published_by_another_gateway_when_its_own_died_before_the_publish(system: System) -> None:
    doomed, origin = await system.start_gateway("gateway-doomed", "integration.delivery.doomed_gateway")
    wish, key = {"prompt": "Write about dawn"}, {"Idempotency-Key": "dawn"}
    async with system.client(origin) as http:
        with suppress(httpx2.TransportError):  # it may die before it has answered, or after
            await http.post("/v1/generations", json=wish, headers=key)
    assert await doomed.exit_code() == -signal.SIGKILL

    await system.start_worker()
    async with system.client() as http:
        again = await http.post("/v1/generations", json=wish, headers=key)
    assert again.status_code == 202, again.text
    id_ = UUID(again.json()["id"])
    rows = await system.check([id_])

    assert rows.jobs[id_].status == "completed"
    assert rows.jobs[id_].publications > 1  # the first was committed, and never made
    assert len(rows.calls[id_]) == 1


async def test_a_gateway_killed_under_load_keeps_what_it_accepted_and_makes_nothing_twice(system: System) -> None:
    before = len((await system.rows()).jobs)
    await system.start_worker()
    async with under_load(system) as ids:
        for _ in range(3):
            system.gateway.kill()
            system.gateway.start()
            await system.gateway.is_ready()
            await system.provider.in_flight(8)  # it goes on

    rows = await system.check(ids)
    assert len(rows.jobs) == before + len(ids)  # clients sent again what was not answered
    assert {rows.jobs[id_].status for id_ in ids} == {"completed"}
    assert not rows.of(ids).second_calls()
