"""The world that stories begin with."""

import pytest

from protocol.world import World


@pytest.fixture
def world() -> World:
    """With one job, whose command is out."""
    world = World()
    world.submit("done")
    return world
