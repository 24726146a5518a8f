"""One process of the system under test: started, asked, and ended in every way there is."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import httpx2

from pressroom_devstack import processes
from pressroom_devstack.processes import Command

TESTS = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds: other tests may share the machine."""


async def eventually(true: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE) -> None:
    """Wait until it is true; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not await true():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:g} s still not: {what}")
        await asyncio.sleep(0.1)


class Process:
    """Everything that it starts is in its session, and ends with it."""

    def __init__(
        self,
        name: str,
        module: str,
        env: Mapping[str, str],
        folder: Path,
        arguments: Sequence[str] = (),
        *,
        ready: str,
    ) -> None:
        """`ready`: the URL that answers with a 200 once it can work."""
        self.name = name
        self._ready = ready
        self._log = folder / f"{name}.log"
        self._command = Command([sys.executable, "-m", module, *arguments], self._log, {**_clean(), **env}, cwd=TESTS)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        self._process = processes.start(self._command)

    async def is_ready(self) -> None:
        """Wait until it can work."""
        async with httpx2.AsyncClient(timeout=5) as http:

            async def is_well() -> bool:
                if not self.running:
                    raise AssertionError(f"{self.name} ended.\n{processes.tail(self._log, 40)}")
                return await self.answers(http)

            try:
                await eventually(is_well, f"{self.name} is ready")
            except AssertionError as error:
                raise AssertionError(f"{error}\n{processes.tail(self._log, 40)}") from error

    async def answers(self, http: httpx2.AsyncClient) -> bool:
        """Whether it says that it can work."""
        try:
            return (await http.get(self._ready)).status_code == 200
        except httpx2.TransportError:
            return False

    async def exit_code(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; negative: the signal that ended it."""

        async def has_ended() -> bool:
            return not self.running

        await eventually(has_ended, f"{self.name} ended", seconds)
        assert self._process is not None
        return int(self._process.returncode)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, for its children too."""
        if self._process is not None:
            for group_signal in (signal.SIGCONT, signal.SIGKILL):
                try:
                    os.killpg(self._process.pid, group_signal)
                except ProcessLookupError:
                    break
            self._process.wait()


def _clean() -> dict[str, str]:
    """The test's environment without settings of services: a developer's own are not meant for these."""
    ours = ("GATEWAY_", "GENERATOR_", "MONITOR_", "OPENAI_", "PRESSROOM_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
