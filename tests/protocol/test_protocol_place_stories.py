"""Who goes out, and who waits for a place, told one by one."""

from pressroom_common.contracts import RunJob
from pressroom_gateway.ledger.wishes import resume
from protocol.scenes import heard, paused, sent, taken, the_job, to_the_fast_lane, told, wished
from protocol.world import World


def test_a_job_that_waits_for_a_place_gets_it_when_another_is_over() -> None:
    world = World()
    for _ in range(3):
        world.submit("done")
    assert [job.place for job in world.ledger.jobs.values()] == ["taken", "taken", "wanted"]
    sent(world)
    assert len(world.broker.ready(RunJob)) == 2
    taken(world, world.processes[0], until="gone")
    heard(world)
    sent(world)
    assert [job.place for job in world.ledger.jobs.values()] == [None, "taken", "taken"]
    world.calm_down()


def test_what_was_recalled_stays_in_a_held_lane_until_it_moves_to_another(world: World) -> None:
    world.ledger.held.add("default")
    wished(world, paused)
    told(world, world.processes[0])
    heard(world)
    world.broker.wipe()
    wished(world, resume)
    sent(world)
    assert (the_job(world).status, the_job(world).out, world.broker.queue) == ("pending", False, [])
    wished(world, to_the_fast_lane)
    sent(world)
    assert (the_job(world).out, the_job(world).lane) == (True, "high")
    world.calm_down()


def test_of_a_concurrency_key_one_job_is_out_at_a_time() -> None:
    world = World()
    for _ in range(2):
        world.submit("done", key="one at a time")
    sent(world)
    sent(world)
    assert [(job.place, job.behind_key) for job in world.ledger.jobs.values()] == [("taken", False), ("wanted", True)]
    world.calm_down()
    assert [job.status for job in world.ledger.jobs.values()] == ["completed", "completed"]
