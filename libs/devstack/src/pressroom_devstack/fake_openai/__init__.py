"""A fake OpenAI-compatible provider over real HTTP, for demos, tests and the benchmark. No model, no key, no network.

`python -m pressroom_devstack.fake_openai --port 8099`, or in a test: `async with running() as url`.
"""

from .app import create_app, running
from .scenario import Scenario

__all__ = ["Scenario", "create_app", "running"]
