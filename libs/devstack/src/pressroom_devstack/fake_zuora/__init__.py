"""A fake of Zuora's workflow API over real HTTP, for demos, tests and the benchmark, with every fault on demand.

`python -m pressroom_devstack.fake_zuora --port 8098`; in a test: `async with FakeZuora.started() as zuora` (a process
of its own), or `async with running() as url` (in this one).
"""

from .account import AccountSpec, WorkflowSpec
from .app import create_app, running
from .calls import Call, Log
from .changes import Change
from .remote import FakeZuora
from .scenario import Behaviour, Scenario
from .truth import TrueWorkflow, Truth

__all__ = [
    "AccountSpec",
    "Behaviour",
    "Call",
    "Change",
    "FakeZuora",
    "Log",
    "Scenario",
    "TrueWorkflow",
    "Truth",
    "WorkflowSpec",
    "create_app",
    "running",
]
