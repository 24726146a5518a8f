"""The system of the delivery tests, and the command line pointed at it."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from integration.delivery.conftest import host, system
from integration.delivery.system import System
from pressroom_client.cli import application
from pressroom_client.cli.session import Environment

__all__ = ["host", "system"]


class Terminal:
    """Runs `pressroom` as somebody who has the tenant's key, and where told the administrator's."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    async def run(self, *arguments: str, typed: str | None = None) -> Result:
        """In this process."""
        environment = Environment(self.variables)
        return await asyncio.to_thread(CliRunner().invoke, application, arguments, obj=environment, input=typed)

    async def ok(self, *arguments: str) -> str:
        """What it printed, of a command that must succeed."""
        done = await self.run(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """The installed command, as a process of its own."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # shells give this to what they start in the background
            signal.signal(signal.SIGINT, signal.default_int_handler)
        command = Path(sys.executable).parent / "pressroom"
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(command, *arguments, env=self.variables, stdout=pipe, stderr=pipe)


@pytest.fixture
def keys(system: System) -> tuple[str, str]:
    """The editor's and the super-admin's."""
    editor, admin = (system.client(admin=admin).headers["Authorization"] for admin in (False, True))
    return editor.removeprefix("Bearer "), admin.removeprefix("Bearer ")


@pytest.fixture
def terminal(system: System, keys: tuple[str, str]) -> Terminal:
    return Terminal({"PRESSROOM_URL": system.origin, "PRESSROOM_API_KEY": keys[0]})


@pytest.fixture
def operators(terminal: Terminal, keys: tuple[str, str]) -> Terminal:
    return Terminal(terminal.variables | {"PRESSROOM_ADMIN_KEY": keys[1]})
