"""Keeps processes running: each has a thread that starts it, waits for its end and starts it again."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from . import processes
from .errors import StackError
from .pid_files import PidFiles
from .processes import describe_exit
from .servers import Supervised

FIRST_RESTART_S = 0.2
LONGEST_RESTART_S = 30.0
STEADY_S = 2.0  # who has been ready for this long has recovered: its next death counts as the first

LOG_CHECK_S = 10.0


def restart_delay(deaths: int) -> float:
    """Seconds to wait after the n-th death in a row: 0.2, 1, 2, 4 … at most 30."""
    return FIRST_RESTART_S if deaths <= 1 else min(2.0 ** (deaths - 2), LONGEST_RESTART_S)


class Stopped(StackError):
    """The stack was asked to stop while something in it was starting."""


class Supervisor:
    """The processes of one stack and their pid files."""

    def __init__(self, pids: PidFiles, report: Callable[[str], None], *, restarts: bool = True) -> None:
        self._pids = pids
        self._report = report
        self._restarts = restarts
        self._stopping = threading.Event()
        self._watchers: dict[str, tuple[Supervised, threading.Thread]] = {}

    def start(self, *group: Supervised) -> None:
        """Start processes side by side, and wait until all are ready.

        Raises:
            StackError: one of them did not become ready.
            Stopped: a stop was asked for meanwhile.
        """
        self.wait([self.launch(process) for process in group])

    def launch(self, process: Supervised) -> Future[None]:
        """Start a process; the future is done when it is ready."""
        ready: Future[None] = Future()
        watcher = threading.Thread(target=self._live, args=(process, ready), name=process.name, daemon=True)
        self._watchers[process.name] = (process, watcher)
        watcher.start()
        return ready

    def wait(self, ready: Sequence[Future[None]]) -> None:
        """Wait until all launched processes are ready, or one has failed, or a stop is asked for; errors as `start`."""
        while not self._stopping.wait(0.02):
            for future in ready:
                if future.done():
                    future.result()
            if all(future.done() for future in ready):
                return
        raise Stopped("Stopped while it was starting.")

    def ask_to_stop(self) -> None:
        """Make `watch` and `start` return soon. Safe to call from a signal handler."""
        self._stopping.set()

    def watch(self) -> None:
        """Wait until a stop is asked for; meanwhile keep the logs within bounds."""
        while not self._stopping.wait(LOG_CHECK_S):
            for process, _ in self._watchers.values():
                processes.rotate(process.log)

    def stop(self, *stages: Iterable[Supervised]) -> None:
        """End the processes, stage by stage; within a stage side by side."""
        self._stopping.set()
        for stage in stages:
            endings = [threading.Thread(target=process.stop) for process in stage if process.name in self._watchers]
            for ending in endings:
                ending.start()
            for ending in endings:
                ending.join()
        for _, watcher in self._watchers.values():
            watcher.join()
        self.kill()  # what a restart has brought back while the stop went by

    def kill(self) -> None:
        """End all that is left, at once."""
        self._stopping.set()
        for pid in self._pids.living().values():
            if pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _live(self, process: Supervised, ready: "Future[None]") -> None:
        """A process's whole life, from its first start to the stop of the stack."""
        if self._start_first(process, ready):
            self._keep(process)

    def _start_first(self, process: Supervised, ready: "Future[None]") -> bool:
        began = time.monotonic()
        try:
            self._start_once(process)
        except Exception as error:  # noqa: BLE001 (it is raised again where it can be told)
            process.stop()
            self._pids.remove(process.name)
            ready.set_exception(error)
            return False
        self._report(f"{process.name} is ready after {time.monotonic() - began:.1f} s")
        ready.set_result(None)
        return True

    def _keep(self, process: Supervised) -> None:
        """Start the process again whenever it ends, however it ends: a service that was asked to drain exits 0."""
        deaths, ready_at = 0, time.monotonic()
        while True:
            code = process.wait()
            self._pids.remove(process.name)
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - ready_at > STEADY_S else deaths + 1
            if not self._goes_on(process, code, deaths):
                return
            ready_at = self._start_again(process)

    def _goes_on(self, process: Supervised, code: int, deaths: int) -> bool:
        """Whether to start the process again, answered after the rest that its deaths ask for."""
        ending = f"{process.name} {describe_exit(code)}"
        if not self._restarts:
            self._report(f"{ending}; it stays so (SUPERVISE=0)")
            return False
        delay = restart_delay(deaths)
        self._report(f"{ending}; it is started again in {delay:g} s")
        return not self._stopping.wait(delay)

    def _start_again(self, process: Supervised) -> float:
        """Start a process that died; the time at which it was ready, which is in the future when it never was.

        When it fails again, that is its next death; when it lingers, it is left alone.
        """
        began = time.monotonic()
        try:
            self._start_once(process)
        except (StackError, OSError) as error:
            if not self._stopping.is_set():
                self._report(f"{process.name} did not come back: {error}")
            return math.inf
        self._report(f"{process.name} is back after {time.monotonic() - began:.1f} s")
        return time.monotonic()

    def _start_once(self, process: Supervised) -> None:
        process.start(lambda: self._spawned(process))

    def _spawned(self, process: Supervised) -> None:
        for name, pid in process.pids.items():
            self._pids.write(name, pid)
        if self._stopping.is_set():  # the stop came in between, and has not seen this process
            process.kill()
